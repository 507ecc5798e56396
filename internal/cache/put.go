package cache

import (
	"context"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/timeslot"
)

// putScript stores a value, gives a lease back, and wakes those who wait for the fragment.
//
// What is there stays where it is in a newer format, which belongs to a newer replica, or of the same name and fetched later.
// Which was fetched later is told by Redis' clock: a value is as old as its whole life is longer than what is left of it (see
// settleAge). Where the writers' clocks agree with that, their finer instants decide. One that has longer to live than a whole
// life is none of ours, and does not stay. A head that comes alone replaces the head of a value with the same digest, and
// nothing else of it; where there is none, nothing is done but to say so, and the lease stays until the whole value comes.
//
// A lease goes back even where storing is refused. Offsets are the head's (see codec.go), counted from 1; times are in
// milliseconds.
var putScript = redis.NewScript(giveBack + `
local key, lease, new, size = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
local ttl, agreement = tonumber(ARGV[3]), tonumber(ARGV[4])
local function between(a, at, b, bt)
  local ah, al = struct.unpack('>I4I4', a, at)
  local bh, bl = struct.unpack('>I4I4', b, bt)
  return ((bh - ah) * 4294967296 + (bl - al)) / 1000000
end
local function put()
  local old = redis.pcall('GETRANGE', key, 0, size - 1)
  if type(old) == 'string' and #old >= 4 and old:sub(1, 3) == new:sub(1, 3) then
    if old:byte(4) > new:byte(4) then return 0 end
    if old:byte(4) == new:byte(4) and #old == size and old:sub(85) == new:sub(85, size) then
      local left = redis.call('PTTL', key)
      local age = between(old, 13, old, 37) - left
      local later = between(new, 13, new, 37) - ttl - age
      local written = between(new, 13, old, 13)
      if math.abs(written - later) < agreement then later = written end
      if left > 0 and age > -agreement and later > 0 then return 0 end
      if #new == size and left > 0 and old:sub(69, 84) == new:sub(69, 84) then
        local done = redis.pcall('SETRANGE', key, 0, new)
        if type(done) == 'table' then return done end
        return redis.pcall('PEXPIRE', key, ttl)
      end
    end
  end
  if #new == size then return 2 end
  local done = redis.pcall('SET', key, new, 'PX', ttl)
  if done.err then return done end
  return 1
end
local done = put()
if ARGV[5] ~= '' and done ~= 2 then giveBack(lease, ARGV[5], ARGV[6], key) end
return done
`)

// wantsWhole is what putScript answers to a head whose content is not there.
const wantsWhole = 2

// Put is as in [Store]. The value is encoded and written later, by the writer's goroutines.
func (r *Redis) Put(_ context.Context, f *timeslot.Fragment) { r.put(job{fragment: f}) }

// put has a job done that stores a fragment, unless nobody could use it.
func (r *Redis) put(j job) {
	if j.fragment.Bounds.At(r.options.Now()) == timeslot.Expired {
		r.release(j.lease)
		return
	}
	if r.client.Bypassed(r.prefix + j.fragment.Key.String()) {
		r.dropped()
		return
	}
	r.writer.add(j)
}

// finish does a job. The lease goes back with the fragment, in one round trip; by itself where there is none, or it could not
// be stored.
func (r *Redis) finish(j job) {
	stored := j.fragment != nil && r.set(j)
	if j.lease != nil && !stored && !r.client.Bypassed(j.lease.name) {
		r.giveBack(j.lease)
	}
}

func (r *Redis) dropped() { r.client.Skipped(operationSet) }

// set writes a job's fragment, and reports whether that went well. No caller waits, so the deadline is its own.
func (r *Redis) set(j job) bool {
	f, name := j.fragment, r.prefix+j.fragment.Key.String()
	ttl := f.Bounds.StaleOnError.Sub(r.options.Now()).Milliseconds()
	if ttl <= 0 {
		return false
	}
	if r.client.Bypassed(name) {
		r.dropped()
		return false
	}
	head, err := r.codec.head(name, f)
	if j.known && err == nil {
		if answer, ok := r.store(encoded{head, len(head)}, name, ttl, j.lease); !ok || answer != wantsWhole {
			return ok
		}
	}
	value, err := r.codec.encode(name, f)
	if err != nil { // too large for the format, which is no fault of the server's: memory has it
		r.client.Record(operationSet, err, 0)
		return false
	}
	_, ok := r.store(encoded{value, len(head)}, name, ttl, j.lease)
	return ok
}

// encoded is a value, or the head of one alone.
type encoded struct {
	bytes []byte
	head  int // so many of them are the head
}

// store runs putScript on a value, or on a head alone.
func (r *Redis) store(e encoded, name string, ttl int64, held *lease) (answer int, ok bool) {
	token := ""
	if held != nil {
		token = held.token
	}
	ok = r.client.RoundTrip(context.Background(), operationSet, name, func(ctx context.Context) (err error) {
		answer, err = putScript.Run(ctx, r.client.Commands(), []string{name, r.leaseKey(name)},
			e.bytes, e.head, ttl, agreement.Milliseconds(), token, r.channel).Int()
		return err
	})
	return answer, ok
}
