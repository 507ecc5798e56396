package booking

import (
	"container/list"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"
)

// fingerprint stands for something that must not be kept, such as a token. Without the secret nobody can tell
// what it stands for.
type fingerprint [sha256.Size]byte

type fingerprinter struct{ secret [sha256.Size]byte }

// newFingerprinter has a secret of this process's own: its fingerprints mean nothing anywhere else.
func newFingerprinter() fingerprinter {
	var f fingerprinter
	_, _ = rand.Read(f.secret[:]) // never fails
	return f
}

// sharedFingerprinter has a secret that all replicas derive from what they were given alike, and that is nowhere beside the
// fingerprints.
func sharedFingerprinter(given ...string) fingerprinter {
	var none fingerprinter
	return fingerprinter{secret: none.sum(given...)}
}

// sum is equal for equal parts only: lengths keep ("ab", "c") and ("a", "bc") apart.
func (f *fingerprinter) sum(parts ...string) (sum fingerprint) {
	mac := hmac.New(sha256.New, f.secret[:])
	for _, part := range parts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		mac.Write(length[:])
		mac.Write([]byte(part))
	}
	mac.Sum(sum[:0])
	return sum
}

// recentSize bounds each of these memories. An entry takes well below a kilobyte.
const recentSize = 50_000

// recent keeps values for a time that is the same for all, so the first in is the first to end. When it is full the
// oldest gives way.
type recent[V any] struct {
	lifetime time.Duration
	size     int
	now      func() time.Time

	mu    sync.Mutex // guards what follows
	byKey map[fingerprint]*list.Element
	order list.List // of recentEntry[V], oldest first
}

type recentEntry[V any] struct {
	key   fingerprint
	value V
	until time.Time
}

func newRecent[V any](lifetime time.Duration, now func() time.Time) *recent[V] {
	return &recent[V]{lifetime: lifetime, size: recentSize, now: now, byKey: make(map[fingerprint]*list.Element)}
}

// put keeps value under key, in place of what was there.
func (s *recent[V]) put(key fingerprint, value V) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(s.byKey[key])
	s.trim(s.size - 1)
	s.byKey[key] = s.order.PushBack(recentEntry[V]{key, value, s.now().Add(s.lifetime)})
}

func (s *recent[V]) get(key fingerprint) (V, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trim(s.size)
	if e := s.byKey[key]; e != nil {
		return e.Value.(recentEntry[V]).value, true
	}
	var none V
	return none, false
}

func (s *recent[V]) remove(key fingerprint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(s.byKey[key])
}

// trim drops what ended, and the oldest of what is too many.
func (s *recent[V]) trim(size int) {
	now := s.now()
	for e := s.order.Front(); e != nil && (s.order.Len() > size || !now.Before(e.Value.(recentEntry[V]).until)); e = s.order.Front() {
		s.drop(e)
	}
}

func (s *recent[V]) drop(e *list.Element) {
	if e == nil {
		return
	}
	delete(s.byKey, e.Value.(recentEntry[V]).key)
	s.order.Remove(e)
}
