package door

import (
	"net/netip"
	"sync"
)

// eventStream is the one route whose answers go on (server-sent events). They take no place of the reads, which would be
// gone for minutes, but places of their own.
const eventStream = "/v1/timeslots/events"

// Streams at a time: of all clients, and of one, which may be a household, a clinic's network or a mobile carrier's.
const (
	maxStreams      = 5000
	maxClientStream = 64
)

// streams counts the answers that go on, by client.
type streams struct {
	mu     sync.Mutex
	all    int
	client map[[16]byte]int
}

func newStreams() *streams { return &streams{client: map[[16]byte]int{}} }

// enter takes a place; the reason says which there is none of. Leave gives it back.
func (s *streams) enter(addr netip.Addr) (leave func(), reason string) {
	key := keyOf(addr)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.all >= maxStreams:
		return nil, ReasonInFlight
	case s.client[key] >= maxClientStream:
		return nil, ReasonPerClient
	}
	s.all++
	s.client[key]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all--
		if s.client[key]--; s.client[key] == 0 {
			delete(s.client, key)
		}
	}, ""
}
