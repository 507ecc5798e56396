package door

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// clients holds a token bucket for each client that was heard of lately, in 1.5 MiB that never grow. A client whose
// bucket is full again needs no entry, so nothing is ever cleaned up: newcomers take the entries of those that have been
// silent longest. Who is pushed out by a crowd of addresses starts with a full bucket again.
type clients struct {
	seed   maphash.Seed // of this process: nobody can aim at another's entry
	shards [256]shard
}

// A shard is a handful of small sets; an address has its place in one of them.
type shard struct {
	mu   sync.Mutex
	sets [32][8]client
}

type client struct {
	high, low uint64 // the address
	full      int64  // when the bucket is full again, in nanoseconds of the door's own time
}

func newClients() *clients { return &clients{seed: maphash.MakeSeed()} }

// rate is what each client may ask for.
type rate struct {
	each  int64 // nanoseconds for one more request; 0: no limit
	burst int64 // nanoseconds that an empty bucket takes to fill
}

// slowest bounds the arithmetic: a million tokens an hour apart still fit an int64 of nanoseconds.
const slowest = time.Hour

func newRate(perSecond float64, burst int) rate {
	if perSecond <= 0 {
		return rate{}
	}
	each := int64(min(float64(slowest), max(1, float64(time.Second)/perSecond)))
	return rate{each: each, burst: each * int64(max(1, burst))}
}

// take takes a token from the bucket of addr, or tells how long it will be until there is one. This is the generic cell
// rate algorithm: one number, when the bucket is full again, stands for its level.
func (c *clients) take(addr netip.Addr, r rate, now int64) (wait time.Duration, ok bool) {
	key := keyOf(addr)
	sum := maphash.Bytes(c.seed, key[:])
	s := &c.shards[sum%uint64(len(c.shards))]
	set := &s.sets[sum>>8%uint64(len(s.sets))]
	s.mu.Lock()
	defer s.mu.Unlock()
	e := find(set, binary.BigEndian.Uint64(key[:8]), binary.BigEndian.Uint64(key[8:]))
	full := max(e.full, now) + r.each
	if over := full - now - r.burst; over > 0 {
		return time.Duration(over), false
	}
	e.full = full
	return 0, true
}

// find gives the entry of an address, new in place of the one that is full soonest where it has none.
func find(set *[8]client, high, low uint64) *client {
	fullest := &set[0]
	for i := range set {
		e := &set[i]
		if e.high == high && e.low == low {
			return e
		}
		if e.full < fullest.full {
			fullest = e
		}
	}
	*fullest = client{high: high, low: low}
	return fullest
}

// keyOf is what addresses of one client have in common: the address, or the /64 that an IPv6 network hands to one
// household or machine.
func keyOf(addr netip.Addr) [16]byte {
	key := addr.As16()
	if addr.Is6() {
		clear(key[8:])
	}
	return key
}
