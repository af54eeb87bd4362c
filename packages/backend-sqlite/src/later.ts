/** A value, now or later: a commit of a lone run is over within the call. */
export type Later<Value> = Value | Promise<Value>;
