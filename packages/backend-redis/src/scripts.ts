import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** A program that Redis runs as one step. All of its keys are of one run. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

/** What scripts answer: a word for what happened, then what belongs to it. */
export type Answer = readonly [word: string, ...(string | number | null)[]];

/**
 * By its hash; the text is sent only where the server does not know it, after a restart or `SCRIPT FLUSH`. One that was
 * not known has not run.
 */
export async function run(
  redis: Redis,
  { sha, text }: Script,
  keys: readonly string[],
  ...args: readonly (string | number)[]
): Promise<Answer> {
  try {
    return (await redis.evalsha(sha, keys.length, ...keys, ...args)) as Answer;
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return (await redis.eval(text, keys.length, ...keys, ...args)) as Answer;
  }
}

/** The server's clock is the one that leases live by. */
const now = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end`;

/** A record begins with a checksum over itself and, through the checksum before it, all that came before. */
const seal = `
local function seal(chain, body)
  chain = string.sub(redis.sha1hex(chain .. body), 1, 16)
  return chain, chain .. ' ' .. body
end`;

/** Index of the first commit that ends beyond a version; nil where a record is not one. */
const seek = `
local function seek(journal, commits, version)
  local low, high = 0, commits
  while low < high do
    local middle = math.floor((low + high) / 2)
    local record = redis.call('LINDEX', journal, middle)
    local last = record and string.match(record, '^%x+ %d+ (%d+) ')
    if not last then return nil end
    if tonumber(last) > version then high = middle else low = middle + 1 end
  end
  return low
end`;

/** ARGV: token, owner, ttl, reached version, payload, state, base, run. */
export const createScript: Script = script(`${now}${seal}
local head = redis.call('HMGET', KEYS[1], 'version', 'epoch', 'creator', 'token')
if head[1] then
  if head[4] == ARGV[1] then return {'created', tonumber(head[3])} end
  return {'exists'}
end
if redis.call('EXISTS', KEYS[2]) == 1 then return {'damaged', 'a journal stands there without a head'} end
local epoch = (tonumber(head[2]) or 0) + 1
local chain, record = seal(ARGV[8], '0 ' .. ARGV[4] .. ' ' .. epoch .. ' ' .. ARGV[5])
local time = now()
redis.call('RPUSH', KEYS[2], record)
redis.call('HSET', KEYS[1], 'format', 1, 'version', ARGV[4], 'commits', 1, 'chain', chain, 'epoch', epoch, 'held', epoch,
  'creator', epoch, 'token', ARGV[1], 't' .. epoch, ARGV[1], 'by', ARGV[2], 'ttl', ARGV[3], 'since', time,
  'touched', time, 'state', ARGV[6], 'base', ARGV[7])
redis.call('HDEL', KEYS[1], 'deleted')
return {'created', epoch}`);

/**
 * One commit, whole or not at all. ARGV: epoch, token, expected version, reached version, payload, state, base, known version,
 * then handled ids. Numbers stay the text that they came as where they can: to turn one into text is as slow as a command.
 */
export const appendScript: Script = script(`${now}${seal}${seek}
local head = redis.call('HMGET', KEYS[1], 'version', 'commits', 'chain', 'epoch', 'held', 't' .. ARGV[1])
local version = tonumber(head[1])
local epoch = tonumber(head[4]) or 0
if not version then return {'unknown', epoch} end
if head[6] ~= ARGV[2] then return {'fence', epoch, version} end
if version < tonumber(ARGV[8]) then return {'older', epoch, version} end
local expected = tonumber(ARGV[3])
local commits = tonumber(head[2])
local found = redis.call('LLEN', KEYS[2])
if found ~= commits then return {'damaged', 'it holds ' .. found .. ' commits of ' .. commits} end
if expected < version then
  local index = seek(KEYS[2], commits, expected)
  if not index then return {'damaged', 'a record has no header'} end
  local after, by, payload = string.match(redis.call('LINDEX', KEYS[2], index), '^%x+ (%d+) %d+ (%d+) (.*)$')
  if after == ARGV[3] and by == ARGV[1] then return {payload == ARGV[5] and 'ok' or 'other', epoch, version} end
end
if head[5] ~= ARGV[1] then return {'lost', epoch, version} end
if expected ~= version then return {'conflict', epoch, version} end
local chain, record = seal(head[3], ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. ARGV[1] .. ' ' .. ARGV[5])
redis.call('RPUSH', KEYS[2], record)
redis.call('HSET', KEYS[1], 'version', ARGV[4], 'commits', commits + 1, 'chain', chain, 'touched', now(), 'state', ARGV[6])
if ARGV[7] ~= '' then redis.call('HSET', KEYS[1], 'base', ARGV[7]) end
for index = 9, #ARGV do
  redis.call('HSET', KEYS[4], ARGV[index], '')
  redis.call('ZREM', KEYS[3], ARGV[index])
end
redis.call('PUBLISH', KEYS[1], '')
return {'ok'}`);

/** Where to read after a version, how far, and what is wrong with the length. ARGV: version. */
export const seekScript: Script = script(`${seek}
local head = redis.call('HMGET', KEYS[1], 'version', 'epoch', 'commits', 'chain', 'token', 'format')
if not head[1] then return {'unknown', tonumber(head[2]) or 0} end
if head[6] ~= '1' then return {'newer', head[6]} end
local commits = tonumber(head[3])
local found = redis.call('LLEN', KEYS[2])
local wrong = found ~= commits and 'it holds ' .. found .. ' commits of ' .. commits or ''
commits = math.min(found, commits)
local index = ARGV[1] == '0' and 0 or seek(KEYS[2], commits, tonumber(ARGV[1]))
if not index then return {'damaged', 'a record has no header'} end
local before = ''
if index > 0 then before = string.match(redis.call('LINDEX', KEYS[2], index - 1), '^%x+ %d+ %d+') end
return {'ok', index, commits, head[4], head[5], before, wrong}`);

/** ARGV: token, owner, ttl, the epoch to take over or '', '1' if only an expired one. */
export const acquireScript: Script = script(`${now}
local head = redis.call('HMGET', KEYS[1], 'version', 'epoch', 'format', 'held', 'by', 'since', 'ttl', 'touched', 'base', 'token')
if not head[1] then return {'unknown', tonumber(head[2]) or 0} end
if head[3] ~= '1' then return {'newer', head[3]} end
local version, held, time = tonumber(head[1]), head[4], now()
if held then
  if redis.call('HGET', KEYS[1], 't' .. held) == ARGV[1] then
    redis.call('HSET', KEYS[1], 'ttl', ARGV[3], 'touched', time)
    return {'held', tonumber(held), version, head[9], head[10]}
  end
  local expired = time > head[8] + head[7]
  if held ~= ARGV[4] or (ARGV[5] == '1' and not expired) then
    return {'taken', tonumber(held), head[5], tonumber(head[6]), expired and 1 or 0}
  end
end
local epoch = head[2] + 1
redis.call('HSET', KEYS[1], 'epoch', epoch, 'held', epoch, 't' .. epoch, ARGV[1], 'by', ARGV[2], 'ttl', ARGV[3],
  'since', time, 'touched', time)
return {'held', epoch, version, head[9], head[10]}`);

export const holderScript: Script = script(`${now}
local head = redis.call('HMGET', KEYS[1], 'version', 'held', 'by', 'since', 'ttl', 'touched')
if not head[1] or not head[2] then return {'free'} end
return {'taken', tonumber(head[2]), head[3], tonumber(head[4]), now() > head[6] + head[5] and 1 or 0}`);

const refusal = `
local head = redis.call('HMGET', KEYS[1], 'version', 'epoch', 'held', 't' .. ARGV[1], 'token', 'deleted')
local version = tonumber(head[1])
local epoch = tonumber(head[2]) or 0
local refusal = head[4] ~= ARGV[2] and 'fence' or head[3] ~= ARGV[1] and 'lost'`;

/** ARGV: epoch, token, ttl. */
export const renewScript: Script = script(`${now}${refusal}
if not version then return {'unknown', epoch} end
if refusal then return {refusal, epoch, version} end
redis.call('HSET', KEYS[1], 'ttl', ARGV[3], 'touched', now())
return {'ok', epoch, version}`);

/** ARGV: epoch, token. */
export const releaseScript: Script = script(`${refusal}
if version and not refusal then redis.call('HDEL', KEYS[1], 'held') end
return {'ok'}`);

/** Leaves the epoch, and who deleted the run: asked again, it answers as the first time. ARGV: epoch, token, known version. */
export const deleteScript: Script = script(`${refusal}
if not version then
  if head[6] == ARGV[2] then return {'ok', head[5]} end
  return {'unknown', epoch}
end
if refusal then return {refusal, epoch, version} end
if version < tonumber(ARGV[3]) then return {'older', epoch, version} end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
redis.call('HSET', KEYS[1], 'epoch', epoch, 'deleted', ARGV[2], 'token', head[5])
redis.call('PUBLISH', KEYS[1], '')
return {'ok', head[5]}`);

/** ARGV: id, body. */
export const postScript: Script = script(`
local head = redis.call('HMGET', KEYS[1], 'version', 'state')
if not head[1] then return {'unknown-run'} end
if redis.call('HEXISTS', KEYS[3], ARGV[1]) == 1 then return {'posted'} end
local status = string.match(head[2], '%a+')
if status == 'completed' or status == 'failed' or status == 'cancelled' then return {'finished'} end
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], redis.call('HINCRBY', KEYS[1], 'posted', 1), ARGV[1])
redis.call('PUBLISH', KEYS[1], '')
return {'posted'}`);

/** Id, body, id, body … */
export const messagesScript: Script = script(`
local head = redis.call('HMGET', KEYS[1], 'version', 'epoch')
if not head[1] then return {'unknown', tonumber(head[2]) or 0} end
local answer = {'ok'}
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  answer[#answer + 1] = id
  answer[#answer + 1] = redis.call('HGET', KEYS[3], id)
end
return answer`);

/** Version, and how many messages wait. */
export const lookScript: Script = script(`
local head = redis.call('HMGET', KEYS[1], 'version', 'epoch')
if not head[1] then return {'unknown', tonumber(head[2]) or 0} end
return {'ok', tonumber(head[1]), redis.call('ZCARD', KEYS[2])}`);

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
