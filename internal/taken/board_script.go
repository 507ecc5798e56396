package taken

import "github.com/redis/go-redis/v9"

// The board is three sorted sets and the list of members (see memberScript), in one slot of a cluster. Scores are
// microseconds or numbers that look like them.
//
//	taken    mark → Redis' time at which it ends. Trimmed by score, without a TTL, so that no policy evicts it.
//	changes  "+mark", "-mark" or event → number of the change. What a reader has not seen is above its last number.
//	events   event → number; the last one of each kind and target (see Fences).
//
// Numbers grow for ever: each is above the one before, above what the writer knew, and at least Redis' time, so that a
// new server does not give an old number again.
//
// Each set has one member without a name. In taken it tells when the set was made, as a negative score: the epoch,
// which changes when Redis loses data, by FLUSHALL, failover or eviction. In changes it tells the number that history
// begins with. Writing it is also how a reader finds out that the server may write: one that may not is cut off from
// its master, and what it says is old.
const boardPrelude = `
local taken, changes, events = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZADD', taken, 'NX', -now, '')
local epoch = -tonumber(redis.call('ZSCORE', taken, ''))
local known = tonumber(ARGV[1])
local top = tonumber(redis.call('ZRANGE', changes, -1, -1, 'WITHSCORES')[2])
if not top then
  top = math.max(now, known + 1)
  redis.call('ZADD', changes, top, '')
  redis.call('ZADD', events, 'NX', 0, '')
end
`

// writeScript takes the last number known, the channel for notices, the bounds of the three sets, and then triples:
// operation, microseconds to stay, member. It gives the epoch and the number of its last change.
//
// A lift says by when the lifted mark ends, where that is known: one that ends later was placed by a later booking, of which
// the lifter had not heard, and stays.
//
// Asserting ('=') is placing ('+') by one who has known the mark for long: it yields to a lift that he may not have
// seen. A mark that is there already and ends less than a second earlier is left as it is, so that repeating costs no
// reader anything.
var writeScript = redis.NewScript(boardPrelude + `
local number = math.max(now, top, known)
local before = number
local function note(operation, opposite, member)
  if opposite then redis.call('ZREM', changes, opposite .. member) end
  number = number + 1
  redis.call('ZADD', changes, number, operation .. member)
end
redis.call('ZREMRANGEBYSCORE', taken, 0, now)
for i = 6, #ARGV, 3 do
  local operation, stay, member = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2]
  if operation == '-' then
    local ends = tonumber(redis.call('ZSCORE', taken, member) or 0)
    if stay == 0 or ends <= now + stay + 1000000 then
      redis.call('ZREM', taken, member)
      note('-', '+', member)
    end
  elseif operation == '+' or operation == '=' then
    local ends = tonumber(redis.call('ZSCORE', taken, member) or 0)
    local lifted = operation == '=' and redis.call('ZSCORE', changes, '-' .. member)
    if not lifted and now + stay - ends > 1000000 then
      redis.call('ZADD', taken, now + stay, member)
      note('+', '-', member)
    end
  else
    note(operation, nil, member)
    redis.call('ZADD', events, number, operation .. member)
  end
end
redis.call('ZREMRANGEBYRANK', taken, 1, -1 - ARGV[3])
redis.call('ZREMRANGEBYRANK', events, 1, -1 - ARGV[5])
local extra = redis.call('ZCARD', changes) - ARGV[4]
if extra > 0 then
  local cut = redis.call('ZRANGE', changes, extra, extra, 'WITHSCORES')[2]
  redis.call('ZREMRANGEBYSCORE', changes, '-inf', cut)
  redis.call('ZADD', changes, cut, '')
end
if number > before then redis.call('PUBLISH', ARGV[2], number) end
return {epoch, number}
`)

// newsScript takes the last number known and how many changes to give at most. It gives the time, the epoch, the number of
// the last change and how many members there are, then either "lost", when history does not reach back to the number known,
// or for each change since: its member, its number, and for a mark that was placed when it ends.
var newsScript = redis.NewScript(boardPrelude + `
local out = {now, epoch, top, redis.call('ZCARD', KEYS[4])}
if known == top then return out end
local first = tonumber(redis.call('ZSCORE', changes, '') or 0)
if first == 0 or known < first or known > top then
  out[5] = 'lost'
  return out
end
local list = redis.call('ZRANGEBYSCORE', changes, '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #list, 2 do
  local member = list[i]
  out[#out + 1] = member
  out[#out + 1] = list[i + 1]
  out[#out + 1] = member:sub(1, 1) == '+' and redis.call('ZSCORE', taken, member:sub(2)) or '0'
end
return out
`)
