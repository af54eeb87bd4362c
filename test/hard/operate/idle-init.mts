// The first process of a pid namespace. It reaps nobody but its own children: what is left to it stays a zombie.
// orch executes a plan and is killed in the middle; the next one recovers. Prints what came of it.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const orch = (...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [...process.argv.slice(2), ...args], { stdio: ['ignore', 'inherit', 'pipe'] });
const codeOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.on('close', (code) => resolve(code)));

const first = orch('execute', 'plan.json', '--run-id', 'one');
while (!existsSync('starts')) await pause(10);
first.kill('SIGKILL');
await codeOf(first);

const second = orch('recover', 'one');
let said = '';
second.stderr?.setEncoding('utf8').on('data', (text: string) => {
  said += text;
  if (/adopted +only/.test(said)) writeFileSync('go', '');
});
const code = await codeOf(second);
console.log(JSON.stringify({ init: process.pid, code, zombies: zombies(), said }));

function zombies(): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && stateOf(name) === 'Z').length;
}

function stateOf(pid: string): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.charAt(0);
}
