package web

import "sync"

// edition is what a page was made from besides its address.
type edition struct {
	answer, choices string
	minute          int64 // today becomes yesterday, and times pass
}

// shelf keeps pages while what they were made from stays the same. It holds two generations of at most shelfSize each:
// what nobody asks for is gone after so many others.
type shelf struct {
	mu        sync.Mutex
	young     map[string]shelved
	old       map[string]shelved
	youngSize int // bytes
}

type shelved struct {
	edition
	document Document
}

// Bounds of a generation.
const (
	shelfSize  = 500
	shelfBytes = 16 << 20
)

func newShelf() *shelf { return &shelf{young: map[string]shelved{}, old: map[string]shelved{}} }

func (s *shelf) get(key string, wanted edition) (Document, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, known := s.young[key]
	if !known {
		if found, known = s.old[key]; known {
			s.add(key, found)
		}
	}
	return found.document, known && found.edition == wanted
}

func (s *shelf) put(key string, e edition, d Document) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(key, shelved{e, d})
}

func (s *shelf) add(key string, entry shelved) {
	if len(s.young) >= shelfSize || s.youngSize > shelfBytes {
		s.old, s.young, s.youngSize = s.young, map[string]shelved{}, 0
	}
	s.young[key] = entry
	s.youngSize += len(entry.document.Body)
}
