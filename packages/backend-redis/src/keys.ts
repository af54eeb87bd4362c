/**
 * Names of keys. Those of one run share the hash tag `{run}`, and so a slot of Redis Cluster; `runs` is alone in its own,
 * and no script touches it.
 */
export class Keys {
  /** All runs, a sorted set: members `<run> <token of its creator>` by minus the time of creation. */
  readonly runs: string;
  /** A pattern of `SCAN` for the heads of all runs. */
  readonly anyHead: string;
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.runs = `${prefix}:runs`;
    this.anyHead = `${prefix.replaceAll(/[\\*?[\]^-]/g, String.raw`\$&`)}:{*}:head`;
  }

  /** A hash: all of a run that changes. Also the name of the channel that says that it did. */
  head(run: string): string {
    return `${this.#prefix}:{${run}}:head`;
  }

  /** A list: a record for each commit. */
  journal(run: string): string {
    return `${this.#prefix}:{${run}}:journal`;
  }

  /** A sorted set: ids of messages that nobody has handled, by arrival. */
  inbox(run: string): string {
    return `${this.#prefix}:{${run}}:inbox`;
  }

  /** A hash: bodies of messages by id; empty for those that were handled. */
  messages(run: string): string {
    return `${this.#prefix}:{${run}}:messages`;
  }

  runOf(head: string): string {
    return head.slice(this.#prefix.length + 2, -'}:head'.length);
  }
}
