/**
 * Every code that an error or a finding of orch can carry, with the one line that says what it means. `docs/errors.md`
 * has a section for each, and a test walks both lists. Codes are never renamed or reused.
 */
export const errorCodes = {
  // plan and workflow
  ORCH_PLAN_NOT_FOUND: 'The plan file does not exist or cannot be read.',
  ORCH_PLAN_SYNTAX: 'The plan file is not well-formed JSON.',
  ORCH_PLAN_DUPLICATE_KEY: 'An object of the plan has the same key twice.',
  ORCH_PLAN_LIMIT: 'The plan exceeds a limit (size, depth, number of phases).',
  ORCH_PLAN_INVALID: 'The plan has errors; each is a finding of its own.',
  ORCH_PLAN_UNKNOWN_KEY: 'A key that no loaded plugin owns.',
  ORCH_PLAN_NOT_SUPPORTED: 'A key that this release does not carry out yet.',
  ORCH_PLAN_TYPE: 'A value has the wrong type or is out of range.',
  ORCH_PLAN_MISSING_KEY: 'A required key is missing.',
  ORCH_PLAN_DUPLICATE_NAME: 'Two phases have the same name.',
  ORCH_PLAN_UNKNOWN_DEP: 'A phase depends on a phase that does not exist.',
  ORCH_PLAN_SELF_DEP: 'A phase depends on itself.',
  ORCH_PLAN_DUPLICATE_DEP: 'A phase names a dependency twice.',
  ORCH_PLAN_CYCLE: 'Phases depend on one another in a circle.',
  ORCH_PLAN_NO_WORK: 'A phase has nothing to do: no command and no other kind of work.',
  ORCH_PLAN_TWO_WORKS: 'A phase has more than one kind of work.',
  ORCH_PLAN_SEQUENTIAL: 'No phase has depends_on: phases run one after another in file order.',
  ORCH_PLAN_COMMAND_NOT_FOUND: 'The program of a command is not on this machine.',
  ORCH_PLAN_COMMAND_SYNTAX: 'The shell refuses the command text.',
  ORCH_PLAN_COMMAND_EXPRESSION: '`${{ }}` inside a shell string: data never becomes code.',
  ORCH_PLAN_CWD: 'The working folder of a phase does not exist.',
  // workflow in TypeScript
  ORCH_WORKFLOW_INVALID: 'A workflow was built with a wrong id, phase or option.',
  ORCH_WORKFLOW_NOT_SUPPORTED: 'An option that this release does not carry out yet.',
  ORCH_WORKFLOW_CHANGED: 'The definition differs from the one that the run was started with.',
  ORCH_WORKFLOW_MISSING: 'A run of functions was taken up without its workflow.',
  ORCH_INPUT_INVALID: 'The inputs do not fit their schema.',
  ORCH_INPUT_CHANGED: 'The inputs differ from those that the run was started with.',
  // runs
  ORCH_RUN_ID_INVALID: 'A run id has characters that are not allowed.',
  ORCH_RUN_UNKNOWN: 'There is no such run.',
  ORCH_RUN_AMBIGUOUS: 'More than one run id begins like this.',
  ORCH_RUN_OWNED: 'The run is driven by another process.',
  ORCH_RUN_LOST: 'Another process took the run over while this one drove it.',
  ORCH_RUN_FINISHED: 'The run has ended; nothing can be sent to it.',
  ORCH_RUN_OTHER_HOST: 'Commands of this run may still run on another host or in another container.',
  ORCH_RUN_NO_CHECKPOINT: 'The run has no such checkpoint.',
  ORCH_RUN_NO_PHASE: 'The workflow has no such phase.',
  ORCH_RUN_NOT_COMPLETED: 'The outputs were asked for, but the run did not complete.',
  ORCH_RUN_TAKE_OVER: 'The process that drives the run could not be ended.',
  // phases
  ORCH_PHASE_EXIT: 'A command ended with an exit code other than 0.',
  ORCH_PHASE_SIGNAL: 'A command was ended by a signal.',
  ORCH_PHASE_TIMEOUT: 'An attempt took longer than its timeout.',
  ORCH_PHASE_IDLE: 'A command printed nothing for longer than its idle timeout.',
  ORCH_PHASE_THROWN: 'The function of a phase threw.',
  ORCH_PHASE_OUTPUT: 'The output of a phase is not JSON, too large, or does not fit its schema.',
  ORCH_PHASE_START: 'An attempt could not be started.',
  ORCH_PHASE_LOST: 'An attempt was lost too many times in a row.',
  ORCH_PHASE_HOOK: 'A deciding hook could not run.',
  // hooks and plugins
  ORCH_HOOK_FAILED: 'A tap threw.',
  ORCH_HOOK_TIME_LIMIT: 'A tap did not settle within its time limit.',
  ORCH_PLUGIN_INVALID: 'A plugin is not an object of the contract, or two claim the same name, kind or key.',
  ORCH_PLUGIN_CONTRACT: 'A plugin, backend or workflow was made for another contract.',
  ORCH_PLUGIN_MISSING: 'A phase needs a plugin that is not loaded.',
  ORCH_EXECUTOR_FAILED: 'An executor could not settle or adopt what an earlier process started.',
  // journal and backends
  ORCH_JOURNAL_INVALID: 'A journal holds an event that its state does not allow.',
  ORCH_JOURNAL_NEWER: 'The journal was written by a newer release.',
  ORCH_JOURNAL_DAMAGED: 'A record of the journal is damaged.',
  ORCH_JOURNAL_TRUNCATED: 'The journal is shorter than it once was.',
  ORCH_BACKEND_CLOSED: 'The backend is not open.',
  ORCH_BACKEND_UNAVAILABLE: 'The backend cannot be reached or written.',
  ORCH_BACKEND_UNKNOWN: 'No such backend.',
  ORCH_BACKEND_FENCE: 'A call came from a process that does not hold the run.',
  // the command line
  ORCH_CLI_USAGE: 'The command line is wrong.',
  ORCH_INTERNAL: 'A bug in orch.',
} as const;

export type ErrorCode = keyof typeof errorCodes;
