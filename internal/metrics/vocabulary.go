package metrics

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// vocabulary folds label values into a bounded set: a word it knows stays, any other becomes "other". Reading takes
// no lock; learning a word copies the set, which happens a few dozen times in a process's life.
type vocabulary struct {
	limit int // how many words it may come to know
	mu    sync.Mutex
	known atomic.Pointer[map[string]struct{}]
}

func closed(list ...string) *vocabulary { return newVocabulary(len(list), list) }

func open(list ...string) *vocabulary { return newVocabulary(learned, list) }

func newVocabulary(limit int, list []string) *vocabulary {
	v := &vocabulary{limit: limit}
	v.set(list)
	return v
}

func (v *vocabulary) set(list []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	set := make(map[string]struct{}, len(list))
	for _, word := range list {
		set[word] = struct{}{}
	}
	v.known.Store(&set)
}

func (v *vocabulary) fold(word string) string {
	set := *v.known.Load()
	if _, ok := set[word]; ok {
		return word
	}
	if word == "" || len(set) >= v.limit {
		return other
	}
	return v.learn(word)
}

func (v *vocabulary) learn(word string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	set := *v.known.Load()
	if _, ok := set[word]; !ok {
		if len(set) >= v.limit {
			return other
		}
		set = maps.Clone(set)
		set[word] = struct{}{}
		v.known.Store(&set)
	}
	return word
}

func (v *vocabulary) list() []string { return slices.Sorted(maps.Keys(*v.known.Load())) }
