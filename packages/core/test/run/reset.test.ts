import { describe, expect, it } from 'vitest';
import { replay } from '../../src/run/replay.ts';
import { phasesFrom, phasesSince, phasesToRecover } from '../../src/run/reset.ts';
import { Journal, specOf } from './journal.ts';

function failedRun(): Journal {
  const journal = new Journal(specOf(['a', 'b:a', 'c:b', 'x']), 1);
  journal.decideAll();
  journal.end('a').decideAll();
  journal.end('b', { fails: true }).decideAll();
  journal.end('x').decideAll();
  return journal;
}

async function* inCommits(journal: Journal): AsyncIterable<readonly (typeof journal.events)[number][]> {
  for (let at = 0; at < journal.events.length; at += 2) yield journal.events.slice(at, at + 2);
}

describe('going back', () => {
  it('recovers failed phases and those skipped because of them', () => {
    const journal = failedRun();
    expect(phasesToRecover(journal.state)).toEqual(['b', 'c']);
    journal.write({ type: 'run.reset', cause: 'recover', phases: ['b', 'c'] });
    expect(journal.decideAll()).toEqual(['checkpoint.created b', 'phase.started b']);
    journal.end('b').decideAll();
    expect(journal.end('c').decideAll()).toEqual(['run.completed']);
  });

  it('leaves skipped what a plugin skipped, and what hangs on it', () => {
    const journal = new Journal(specOf(['a', 'b:a', 'f', 'g:f a']), 4);
    journal.decideAll();
    journal.write({ type: 'phase.skipped', phases: ['a'], reason: 'no budget' });
    journal.end('f', { fails: true }).decideAll();
    // g was skipped because of a, which stays skipped.
    expect(journal.statuses()).toEqual({ a: 'skipped', b: 'skipped', f: 'failed', g: 'skipped' });
    const phases = phasesToRecover(journal.state);
    expect(phases).toEqual(['f', 'g']);
    journal.write({ type: 'run.reset', cause: 'recover', phases });
    // What was reset, but still hangs on a skipped phase, is skipped again at once.
    expect(journal.decideAll()).toEqual(['phase.skipped g', 'checkpoint.created f', 'phase.started f']);
  });

  it('runs one phase and its downstream again', () => {
    const journal = failedRun();
    expect(phasesFrom(journal.state, 0)).toEqual(['a', 'b', 'c']);
    expect(phasesFrom(journal.state, 3)).toEqual(['x']);
  });

  it('runs again what was not completed at a checkpoint, in other branches too', async () => {
    const journal = failedRun();
    const version = journal.state.checkpoints[1]!;
    const earlier = await replay('r', inCommits(journal), { upTo: version });
    expect(earlier.version).toBe(version);
    expect(phasesSince(journal.state, earlier)).toEqual(['b', 'c', 'x']);
  });

  it('runs again what was completed at a checkpoint, but is not any more', async () => {
    const journal = failedRun();
    const version = journal.state.checkpoints[1]!;
    journal.write({ type: 'run.reset', cause: 'rewind', phases: ['a', 'b', 'c'] });
    journal.decideAll();
    journal.end('a', { fails: true }).decideAll();
    const earlier = await replay('r', inCommits(journal), { upTo: version });
    const phases = phasesSince(journal.state, earlier);
    expect(phases).toEqual(['a', 'b', 'c', 'x']);
  });

  it('runs again what is between attempts, not before what it depends on', async () => {
    const journal = new Journal(specOf(['a', 'b', 'c:a']), 4);
    journal.decideAll();
    const version = journal.state.version;
    journal.end('a').decideAll();
    journal.end('c', { fails: true, retryAt: journal.now, delayMs: 0 });
    const earlier = await replay('r', inCommits(journal), { upTo: version });
    journal.write({ type: 'phase.interrupted', phase: 'b', attempt: 1, part: 'main', reason: 'replaced' });
    const phases = phasesSince(journal.state, earlier);
    expect(phases).toEqual(['a', 'c']);
    journal.write({ type: 'run.reset', cause: 'rewind', to: version, phases });
    expect(journal.decideAll()).toEqual(['checkpoint.created a', 'phase.started a', 'phase.started b']);
  });

  it('drops a backoff with the outcome that a phase depends on, whatever a reset names', () => {
    const journal = new Journal(specOf(['a', 'b:a']), 4);
    journal.decideAll();
    journal.end('a').decideAll();
    journal.end('b', { fails: true, retryAt: journal.now, delayMs: 0 });
    journal.write({ type: 'run.reset', cause: 'rewind', phases: ['a'] });
    expect(journal.decideAll()).toEqual(['checkpoint.created a', 'phase.started a']);
  });

  it('drops the names of checkpoints that lie after the point returned to', () => {
    const journal = failedRun();
    const [a, b] = journal.state.checkpoints;
    journal.write({ type: 'run.reset', cause: 'rewind', to: a!, phases: ['a', 'b', 'c', 'x'] });
    expect([...journal.state.checkpoints]).toEqual([a, 0, 0, 0]);
    expect(b).toBeGreaterThan(0);
  });

  it('keeps the checkpoint of the phase that is run again, so that the same command works twice', () => {
    const journal = failedRun();
    const [a] = journal.state.checkpoints;
    journal.write({ type: 'run.reset', cause: 'rewind', phases: ['a', 'b', 'c'] });
    expect([...journal.state.checkpoints].slice(0, 3)).toEqual([a, 0, 0]);
  });

  it('says that there is no run where there are no events', async () => {
    await expect(replay('r', (async function* () {})())).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
  });
});
