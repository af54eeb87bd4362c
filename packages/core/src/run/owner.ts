/** Who drives a run: a process, named so that no other can be taken for it. */
export interface Owner {
  /** For people. */
  readonly host: string;
  /** Names the machine through reboots. */
  readonly machine: string;
  /** Names this boot of it. */
  readonly boot: string;
  /** The pid namespace: two containers share a boot, but do not see each other's processes. */
  readonly namespace: string;
  readonly pid: number;
  /** When the process started, as its system counts; tells a reused pid. Empty where the system can't say. */
  readonly startTime: string;
}

/** The right to change a run: the number of a taking and its random word. */
export interface Fence {
  readonly epoch: number;
  /** Random, made anew at each taking. */
  readonly token: string;
}
