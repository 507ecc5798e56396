package cache

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// putOfFormat1 is how replicas stored values before there were heads. In a rolling update they run beside this version.
var putOfFormat1 = redis.NewScript(`
local key, new, ttl, agreement = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local nameEnd = 54 + struct.unpack('>I2', new, 53)
local old = redis.pcall('GETRANGE', key, 0, nameEnd - 1)
if type(old) == 'string' and #old >= 4 and old:sub(1, 3) == new:sub(1, 3) then
  if old:byte(4) > new:byte(4) then return 0 end
  if old:byte(4) == new:byte(4) and #old == nameEnd and old:sub(53) == new:sub(53, nameEnd) then
    local function between(a, at, b, bt)
      local ah, al = struct.unpack('>I4I4', a, at)
      local bh, bl = struct.unpack('>I4I4', b, bt)
      return ((bh - ah) * 4294967296 + (bl - al)) / 1000000
    end
    local left = redis.call('PTTL', key)
    local age = between(old, 13, old, 37) - left
    local later = between(new, 13, new, 37) - ttl - age
    local written = between(new, 13, old, 13)
    if math.abs(written - later) < agreement then later = written end
    if left > 0 and age > -agreement and later > 0 then return 0 end
  end
end
redis.call('SET', key, new, 'PX', ttl)
return 1
`)

// valueOfFormat1 is one of theirs, as far as the script looks at it.
func valueOfFormat1(name string, f *timeslot.Fragment) []byte {
	out := append([]byte("TSF\x01"), make([]byte, 50)...)
	for offset, at := range map[int]time.Time{12: f.FetchedAt, 20: f.Bounds.Fresh, 28: f.Bounds.Stale, 36: f.Bounds.StaleOnError} {
		binary.BigEndian.PutUint64(out[offset:], uint64(at.UnixNano()))
	}
	binary.BigEndian.PutUint16(out[52:], uint16(len(name)))
	return append(append(out, name...), "zstd"...)
}

func TestReplicasOfTheFormatBeforeAndOfThisOneLeaveEachOtherAlone(t *testing.T) {
	t.Parallel()
	s := rig.StartRedis(t)
	client, seen := s.Client(), redistest.NewCounter()
	r := tierOn(t, s, func(o *setup) { o.Recorder = seen })
	f := redistest.Fragment(redistest.KeyOfNPI(1), time.Now())
	name, keys := r.prefix+f.Key.String(), []timeslot.FragmentKey{f.Key}
	before := func(f *timeslot.Fragment) int {
		n, err := putOfFormat1.Run(t.Context(), client, []string{name}, valueOfFormat1(name, f), 100_000, agreement.Milliseconds()).Int()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if before(f) != 1 {
		t.Fatal("an empty Redis was not written")
	}
	wantFragments(t, r.Lookup(t.Context(), keys), nil)
	if n := seen.Count("redis/error"); n != 1 {
		t.Errorf("recorded %d errors, want one for the value that this version does not read", n)
	}
	r.Put(t.Context(), f)
	r.settle(t)
	wantFragments(t, r.Lookup(t.Context(), keys), f)
	if before(redistest.Fragment(f.Key, time.Now().Add(time.Second))) != 0 {
		t.Error("a replica of the format before replaced the value")
	}
	wantFragments(t, r.Lookup(t.Context(), keys), f)
}
