import type { Finding, PhaseToCheck } from '@orch/core/author';
import type { PhaseOptions } from './phase-options.ts';

type Mistake = Pick<Finding, 'code' | 'message' | 'hint' | 'path'>;

/** Shells whose grammar the patterns below speak of. */
const shells = /(?:^|\/)(?:sh|bash|dash|ash|ksh|mksh|zsh)$/;

/** Characters of a command that is looked at: a longer one is a script, and nothing is sure of it. */
const maxLength = 2_000;

/** Whose failure nobody waits for. */
const harmless = /^\s*(?:echo|printf|date|cat)\b/;

/**
 * What a command may say, and surely does not mean. Only where the text is plain enough to be sure: nothing is said of one with
 * a here-document, nor where the last line may be a comment.
 */
export function likelyMistakes(phase: PhaseToCheck, read: PhaseOptions): readonly Mistake[] {
  const { command, shell, leaveRunning } = read;
  const idle = idleAfterTimeout(phase, read);
  const ofTimes = idle === undefined ? [] : [idle];
  if (typeof command !== 'string' || command.length > maxLength || !isPlain(command) || !shells.test(shell))
    return ofTimes;
  const text = command.trim();
  const ofCommand =
    lostWithTheShell(text) ??
    (leaveRunning ? undefined : leftInBackground(text)) ??
    (phase.judged === true ? undefined : neverFails(text));
  return ofCommand === undefined ? ofTimes : [...ofTimes, ofCommand];
}

function isPlain(command: string): boolean {
  return !command.includes('<<') && !/#[^\n]*$/.test(command);
}

function idleAfterTimeout({ timeoutMs }: PhaseToCheck, { idleTimeoutMs }: PhaseOptions): Mistake | undefined {
  if (timeoutMs === undefined || idleTimeoutMs === undefined || idleTimeoutMs < timeoutMs) return undefined;
  return {
    code: 'ORCH_PLAN_TIMEOUT_ORDER',
    path: ['idle_timeout'],
    message: `idle_timeout is never reached: the timeout of the phase, ${timeoutMs / 1_000} s, ends first.`,
    hint: 'Shorten it, or write a longer timeout; without one, a phase has 300 s.',
  };
}

/** What reports where it is given no value. */
const setsWhatReports =
  /^(?:umask\s+(?:-S\s+)?[^\s-]\S*|ulimit\s+(?:-\w+\s+)*(?:\d+|unlimited|hard|soft)|alias\s+(?:-\w+\s+)*[^\s=]+=.*)$/;

/** One command that changes nothing but the shell, which ends with it. */
function lostWithTheShell(text: string): Mistake | undefined {
  if (/[;&|\n`(<>]/.test(text)) return undefined;
  const isChange = /^(?:cd|export|unset|set|shopt|setopt)(?:\s|$)/.test(text) && text.includes(' ');
  if (!isChange && !setsWhatReports.test(text) && !/^[A-Za-z_]\w*=[^\s"']*$/.test(text)) return undefined;
  return {
    code: 'ORCH_PLAN_COMMAND_NO_EFFECT',
    path: ['command'],
    message: 'The command changes its own shell only, which ends with the phase: the next one does not see it.',
    hint: text.startsWith('cd')
      ? 'Use cwd, or write cd and what follows in one command.'
      : 'Use env, or write it before what needs it.',
  };
}

function leftInBackground(text: string): Mistake | undefined {
  if (!/(?:^|[^&\\>|<])&$/.test(text)) return undefined;
  return {
    code: 'ORCH_PLAN_COMMAND_BACKGROUND',
    path: ['command'],
    message: 'The command ends with &: the phase completes at once, and what was started is ended with it.',
    hint: 'Leave the & out, add wait, or say leave_running where it is to outlive the phase.',
  };
}

/** A last step that hides how the one before it ended. */
function neverFails(text: string): Mistake | undefined {
  const how = hidden(text);
  if (how === undefined) return undefined;
  return {
    code: 'ORCH_PLAN_COMMAND_NEVER_FAILS',
    path: ['command'],
    message: `The command ends with ${how}, so the phase completes whatever happens before it.`,
    hint:
      how === '| tee'
        ? 'Leave tee out: orch keeps what is printed. Or set -o pipefail in bash.'
        : 'Leave it out, and say continue_on_failure where a failure does not matter.',
  };
}

function hidden(command: string): string | undefined {
  if (!/[;|\n]/.test(command)) return undefined;
  // What joins stderr to stdout joins no commands.
  const text = command.replaceAll(/\d?>&\d?/g, '>');
  const [, only, word] = /^([^;&|\n]+(?:\|[^;&|\n]+)*)\|\|\s*(true|:|exit 0)$/.exec(text) ?? [];
  if (only !== undefined) return `|| ${word}`;
  const [, before, last] = /^([^]*?)\s*[;\n]\s*(true|:|exit 0)$/.exec(text) ?? [];
  // One that looks after failures itself knows what it does.
  const isHarmless = before?.split(/[;\n]/).every((step) => harmless.test(step)) ?? true;
  if (!isHarmless && !/\|\||&&|\b(?:exit|if|case|trap|set|while|until)\b/.test(before ?? '')) return `; ${last}`;
  const [, piped] = /^([^;&|\n]+(?:\|[^;&|\n]+)*)\|\s*tee(?:\s[^;&|\n]*)?$/.exec(text) ?? [];
  return piped !== undefined && !harmless.test(piped) ? '| tee' : undefined;
}
