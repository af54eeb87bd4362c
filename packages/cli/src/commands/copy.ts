import type { ErrorCode, RunReport } from '@orch/core';
import { isOrchError, messageOf, orchError, runIdPattern } from '@orch/core/author';
import type { OrchError, Owner } from '@orch/core/author';
import { processHost } from '@orch/core/node';
import { parseBackend } from '../backend/backend-place.ts';
import type { BackendPlace } from '../backend/backend-place.ts';
import { rememberBackend } from '../backend/known-backends.ts';
import { useBackend } from '../backend/open-backend.ts';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { copyLogs } from '../copy-logs.ts';
import type { CopiedLogs } from '../copy-logs.ts';
import { isDamage, storeSnapshot, takeSnapshot } from '../copy-run.ts';
import type { Snapshot } from '../copy-run.ts';
import { openRun } from '../find-run.ts';
import type { FoundRun } from '../find-run.ts';
import { wrongUsage } from '../report-error.ts';
import type { Session } from '../session.ts';
import { print, say } from '../streams.ts';
import { count, harmless, shellWord } from '../view/text.ts';

const mostNamed = 10;

export interface CopyOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly to: string;
  readonly as?: string;
  readonly validPrefix?: boolean;
  readonly json?: boolean;
}

/**
 * Writes a run into another backend, or under another id, as it is; the original stays as it was. `validPrefix`: of a
 * damaged one what stands before the damage.
 */
export async function copy(text: string, options: CopyOptions): Promise<ExitCode> {
  const { to, as, validPrefix = false, json = false, ...place } = options;
  await using found = await openRun({ ...place, damaged: validPrefix }, text);
  const { session, run } = found;
  const { directory } = session.place;
  const id = as ?? run.runId;
  const at = parseBackend(to, { from: '--to', directory });
  refuseTarget(session, { at, id, runId: run.runId });
  const snapshot = await takeSnapshot(session.orchestrator, run.runId, { validPrefix }).catch((error: unknown) => {
    throw validPrefix ? error : withPrefixHint(error);
  });
  if (snapshot.damage === undefined) await refuseDriven(session, snapshot);
  else await refuseHeld(session, run.runId);
  await rememberBackend(directory, at);
  const logs = await write(snapshot, { at, id, directory, from: session.at });
  const copied = { session, run, at, id, logs };
  if (json) await print(`${JSON.stringify(answerOf(snapshot, copied))}\n`);
  sayCopied(snapshot, copied);
  return logs === undefined || logs.leftOut.length === 0 ? exitCodes.done : exitCodes.damaged;
}

interface Copied {
  readonly session: Session;
  readonly run: FoundRun['run'];
  readonly at: BackendPlace;
  readonly id: string;
  /** Absent: the copy has the id of the original, and shares them. */
  readonly logs: CopiedLogs | undefined;
}

function answerOf({ events, report, damage }: Snapshot, { session, run, at, id, logs }: Copied): object {
  const lost = damage === undefined ? {} : { lost: { after: report.version, code: damage.code, why: damage.message } };
  return {
    run: id,
    from: { run: run.runId, backend: session.at.name },
    backend: at.name,
    events: events.length,
    ...(logs === undefined ? {} : { logs }),
    ...lost,
  };
}

function sayCopied({ events, report, damage }: Snapshot, { session, run, at, id, logs }: Copied): void {
  const from = `${run.runId} of ${session.at.name}`;
  const all = count(events.length, 'event');
  if (damage === undefined) {
    say(`Run ${from} is run ${id} in ${at.name} now, with all its ${all}.`);
    say('Both are whole: go on with one of them only.');
    sayLogs(logs, run.runId);
    sayRunning(report, id);
    return;
  }
  const { version } = report;
  const known = (run.version ?? 0) > version ? `: it was known up to version ${run.version}` : '';
  say(`What is sound in run ${from} is run ${id} in ${at.name} now: ${all}, up to version ${version}.`);
  say(`All from version ${version + 1} on is lost${known}. ${harmless(damage.message)} [${damage.code}]`);
  say('The damaged run was left as it is.');
  sayLogs(logs, run.runId);
  if (id === run.runId) say('A phase whose end is lost runs again, unless its attempt tells how it ended.');
  else {
    say('A phase whose end is lost runs again.');
    say(`warning: commands of run ${run.runId} may still run, which run ${id} starts anew: it can't see them.`);
  }
  const flags = `${session.place.flag} --backend ${shellWord(at.name)}`;
  say(`To go on: orch recover ${id}${flags}`);
}

function sayLogs(logs: CopiedLogs | undefined, original: string): void {
  if (logs === undefined) return say('Both share logs and artifacts, which stay where they are.');
  const { attempts, hosts, leftOut } = logs;
  const came =
    attempts === 0 ? 'There were no logs to come along' : `The logs of ${count(attempts, 'attempt')} came along`;
  say(`${came}; artifacts stay with run ${original}.`);
  for (const host of hosts) say(`warning: logs of attempts that ran on ${harmless(host)} stay there.`);
  for (const { file, message } of leftOut.slice(0, mostNamed))
    say(`warning: ${harmless(file)} did not come along: ${harmless(message)}`);
  if (leftOut.length > mostNamed) say(`warning: nor did ${leftOut.length - mostNamed} more.`);
}

/** Whoever meets the damage here is told what can be done about it. */
function withPrefixHint(thrown: unknown): unknown {
  if (!isDamage(thrown)) return thrown;
  const { code, message, hint } = thrown;
  const more = 'To copy what stands before the damage: --valid-prefix';
  return orchError({
    code: code as ErrorCode,
    message,
    hint: hint === undefined ? more : `${hint} ${more}`,
    cause: thrown,
  });
}

function refuseTarget({ at: from }: Session, { at, id, runId }: { at: BackendPlace; id: string; runId: string }): void {
  if (!runIdPattern.test(id))
    throw orchError({
      code: 'ORCH_RUN_ID_INVALID',
      message: `"${harmless(id)}" cannot be a run id.`,
      hint: 'Use letters, digits, dots, dashes and underscores, and begin with a letter or digit.',
    });
  if (at.name === from.name && id === runId)
    throw wrongUsage({
      message: `Run ${runId} is in ${at.name} already.`,
      hint: `Name another backend, or another id, as --as ${runId}-2`,
    });
}

/** Rejects where somebody drives the run, or did so while it was read. */
async function refuseDriven({ orchestrator }: Session, { report: { runId, version } }: Snapshot): Promise<void> {
  const now = await orchestrator.show(runId);
  if (now.status !== 'running' && now.version === version) return;
  throw driven(runId, now.owner);
}

function driven(runId: string, owner: Pick<Owner, 'pid' | 'host'> | undefined): OrchError {
  return orchError({
    code: 'ORCH_RUN_OWNED',
    message: `Run ${runId} is driven by process ${owner?.pid} on ${owner?.host}: it changes while it is copied.`,
    hint: 'Wait for its end, or stop it; then copy it.',
  });
}

/** As `refuseDriven`, of a run that can't be shown. Where its holder can't be read either, it can only be said. */
async function refuseHeld({ at }: Session, runId: string): Promise<void> {
  const holder = await useBackend(at, (backend) => backend.holder(runId)).catch((error: unknown) => {
    if (!isDamage(error)) throw error;
    say(`warning: whether a process drives run ${runId} can't be told: end it before the copy is gone on with.`);
    return undefined;
  });
  if (holder === undefined) return;
  const seen = processHost().look(holder.by);
  if (seen === 'dead' || (seen === 'unknown' && holder.expired)) return;
  throw driven(runId, holder.by);
}

interface Target {
  readonly at: BackendPlace;
  readonly id: string;
  readonly directory: string;
  /** Where the original is. */
  readonly from: BackendPlace;
}

/** The journal decides whether there is a copy; only then, and before anybody can have it, are logs put beside it. */
async function write(snapshot: Snapshot, { at, id, directory, from }: Target): Promise<CopiedLogs | undefined> {
  let logs: CopiedLogs | undefined;
  const whileHeld = async (): Promise<void> => {
    if (id !== snapshot.report.runId) logs = await copyLogs(snapshot, { from, id, directory });
  };
  try {
    const stored = await useBackend(at, (backend) => storeSnapshot(backend, id, { ...snapshot, whileHeld }));
    if (stored === 'created') return logs;
  } catch (error) {
    throw isOrchError(error, 'ORCH_PLAN_LIMIT') ? tooLarge(at, error) : error;
  }
  throw orchError({
    code: 'ORCH_RUN_EXISTS',
    message: `${at.name} has a run ${id}, or a folder of its attempts, already.`,
    hint: 'Copy it as another run: --as ID',
  });
}

function tooLarge({ name }: BackendPlace, cause: OrchError): OrchError {
  return orchError({
    code: 'ORCH_PLAN_LIMIT',
    message: `The plan is larger than what ${name} takes at once: ${messageOf(cause)}`,
    hint: 'Copy it to json:DIR or sqlite:FILE.',
    cause,
  });
}

/** Under another id nobody finds the processes of an attempt again. */
function sayRunning({ runId, phases }: RunReport, id: string): void {
  const names = phases.filter(({ status }) => status === 'running').map(({ name }) => harmless(name));
  if (id === runId || names.length === 0) return;
  say(`warning: commands of run ${runId} may still run, which run ${id} starts anew: ${names.join(', ')}`);
}
