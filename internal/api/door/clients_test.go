package door

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"
)

var someone = netip.MustParseAddr("203.0.113.7")

func TestAClientGetsItsBurstThenItsRate(t *testing.T) {
	c, r := newClients(), newRate(10, 5)
	now := int64(time.Hour)
	take := func(addr netip.Addr) bool { _, ok := c.take(addr, r, now); return ok }
	for i := range 5 {
		if !take(someone) {
			t.Fatalf("request %d of the burst was refused", i+1)
		}
	}
	if wait, ok := c.take(someone, r, now); ok || wait != 100*time.Millisecond {
		t.Errorf("after the burst: %v, ask again in %v, want in 100 ms", ok, wait)
	}
	if !take(netip.MustParseAddr("203.0.113.8")) {
		t.Error("a neighbour pays for it")
	}
	for i := range 20 {
		now += int64(100 * time.Millisecond)
		if !take(someone) || take(someone) {
			t.Errorf("after %d × 100 ms there is not one token", i+1)
		}
	}
	now += int64(time.Hour)
	n := 0
	for take(someone) {
		n++
	}
	if n != 5 {
		t.Errorf("after an hour %d tokens, want the burst", n)
	}
}

func TestASlash64IsOneClientAndAnIPv4AddressIsOneToo(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true},
		{"2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"203.0.113.7", "203.0.113.8", false},
		{"203.0.113.7", "::ffff:203.0.113.7", true},
		{"0.0.0.1", "::1", false},
	} {
		a, b := plain(netip.MustParseAddr(tt.a)), plain(netip.MustParseAddr(tt.b))
		if same := keyOf(a) == keyOf(b); same != tt.same {
			t.Errorf("%s and %s are one client: %v", tt.a, tt.b, same)
		}
	}
}

func TestAMillionAddressesNeitherGrowTheTableNorLockAnybodyOut(t *testing.T) {
	if size := unsafe.Sizeof(clients{}); size > 2<<20 {
		t.Errorf("the table has %d bytes", size)
	}
	c, r := newClients(), newRate(1, 2)
	var raw [4]byte
	refusals := 0
	for i := range uint32(1_000_000) {
		binary.BigEndian.PutUint32(raw[:], i)
		if _, ok := c.take(netip.AddrFrom4(raw), r, 1); !ok {
			refusals++
		}
	}
	if refusals > 0 {
		t.Errorf("%d newcomers were refused", refusals)
	}
	full := newClients() // a client over the rate stays so while others come and go at theirs
	now := int64(0)
	for range 3 {
		full.take(someone, r, now)
	}
	for i := range uint32(100_000) {
		now += int64(10 * time.Microsecond) // a second in all
		binary.BigEndian.PutUint32(raw[:], i)
		full.take(netip.AddrFrom4(raw), newRate(1e6, 1), now)
	}
	if _, ok := full.take(someone, r, now-int64(500*time.Millisecond)); ok {
		t.Error("a hundred thousand quiet strangers made a loud client be forgotten")
	}
}

func TestNobodyGetsMoreThanBurstAndRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		perSecond := rapid.Float64Range(0.001, 1e6).Draw(t, "rate")
		burst := rapid.IntRange(1, 1000).Draw(t, "burst")
		c, r := newClients(), newRate(perSecond, burst)
		now, taken := int64(0), 0.0
		for _, gap := range rapid.SliceOfN(rapid.Int64Range(0, int64(time.Second)), 1, 100).Draw(t, "gaps") {
			now += gap
			wait, ok := c.take(someone, r, now)
			if ok {
				taken++
			} else if wait <= 0 {
				t.Fatalf("refused, and told to wait %v", wait)
			}
			if most := float64(burst) + float64(now)/float64(r.each) + 1; taken > most {
				t.Fatalf("%v requests in %v, at most %v", taken, time.Duration(now), most)
			}
		}
	})
}

func BenchmarkClients(b *testing.B) {
	c, r := newClients(), newRate(1e6, 1e6)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		var raw [4]byte
		now := int64(0)
		for i := uint32(0); pb.Next(); i++ {
			now += 1000
			binary.BigEndian.PutUint32(raw[:], i&0xffff)
			c.take(netip.AddrFrom4(raw), r, now)
		}
	})
}
