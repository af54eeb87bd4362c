// What trials do to a run of another process, behind the backend's back. Needs no test runner.
import { Redis } from 'ioredis';
import { Keys } from '../src/keys.ts';

/** As if the last renewal of a run's lease were so much longer ago. */
export async function ageLease(url: string, run: string, ms: number): Promise<void> {
  const client = new Redis(url);
  try {
    await client.hincrby(new Keys('orch').head(run), 'touched', -ms);
  } finally {
    client.disconnect();
  }
}
