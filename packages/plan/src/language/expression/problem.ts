/** Why a text is no expression. */
export class Problem extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Why an expression has no value: something that it reads is missing or of the wrong type. `||` and `&&` may pass it over. */
export class Unanswerable extends Error {}

/** Why an evaluation was given up. Nothing passes it over. */
export class TooMuch extends Error {}
