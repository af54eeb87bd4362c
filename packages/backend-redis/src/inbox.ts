import type { Message } from '@orch/core/author';
import type { Access } from './access.ts';
import { messagesScript } from './scripts.ts';

/** Ids are stored as JSON: text that UTF-8 can't carry comes back as it was. */
export async function readMessages(access: Access, run: string): Promise<readonly Message[]> {
  const { keys } = access;
  const answer = await access.script(run, messagesScript, [keys.head(run), keys.inbox(run), keys.messages(run)]);
  if (answer[0] !== 'ok') throw access.refused(run, answer);
  const messages: Message[] = [];
  for (let index = 1; index < answer.length; index += 2)
    messages.push({ id: parse(access, run, answer[index]) as string, body: parse(access, run, answer[index + 1]) });
  return messages;
}

function parse(access: Access, run: string, text: string | number | null | undefined): Message['body'] {
  try {
    return JSON.parse(String(text)) as Message['body'];
  } catch {
    throw access.damaged(run, `${access.keys.messages(run)} holds something that is no message`);
  }
}
