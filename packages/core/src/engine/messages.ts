import type { Json } from '../json.ts';

/** The wish to end a run for good. */
export interface CancelRequest {
  /** Who asks: a person, a program. */
  readonly by: string;
  readonly message?: string;
}

/** The body of a message that asks to cancel. */
export function cancelMessage(request: CancelRequest): Json {
  return { type: 'cancel', by: request.by, ...(request.message === undefined ? {} : { message: request.message }) };
}

/** The cancel that a message asks for, if it does. */
export function cancelIn(body: Json): CancelRequest | undefined {
  if (typeof body !== 'object' || body === null || !('type' in body) || body.type !== 'cancel') return undefined;
  const { by, message } = body;
  return {
    by: typeof by === 'string' ? by : 'unknown',
    ...(typeof message === 'string' ? { message } : {}),
  };
}
