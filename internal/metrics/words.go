package metrics

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"timeslots/internal/timeslot"
)

// words are the vocabularies of the labels. Those that INTERFACE §5 pins are closed. The rest come from constants of
// other packages; they are learned as they appear, up to a limit that honest use never reaches.
type words struct {
	product    *vocabulary
	route      *vocabulary
	cache      *vocabulary
	shed       *vocabulary
	source     *vocabulary
	operation  *vocabulary
	outcome    *vocabulary // of upstream calls
	reason     *vocabulary // why a source failed or refused
	dropped    *vocabulary // why decoding dropped something
	tier       *vocabulary
	lookup     *vocabulary
	redis      *vocabulary // operations
	result     *vocabulary // outcomes of all other things
	flow       *vocabulary
	bookResult *vocabulary
	scope      *vocabulary
}

// learned is the limit of a vocabulary that grows.
const learned = 64

func newWords(products []string) words {
	return words{
		product:    newVocabulary(0, products), // never learns; see SetProducts
		route:      open(),
		cache:      closed("hit", "stale", "miss", "bypass"),
		shed:       open(),
		source:     closed(texts(sources())...),
		operation:  open(texts(operations())...),
		outcome:    closed("ok", "not_found", "rejected", "error", "timeout", "malformed", "canceled"),
		reason:     closed(append(texts(failures()), string(timeslot.KindNotFound), string(timeslot.KindCanceled))...),
		dropped:    open(),
		tier:       closed(tiers()...),
		lookup:     closed(lookups()...),
		redis:      open(),
		result:     open("ok", "error"),
		flow:       open(flows()...),
		bookResult: closed(bookingOutcomes()...),
		scope:      closed("process", "fleet"),
	}
}

func sources() []timeslot.Source {
	return append(slotSources(), timeslot.Directory, timeslot.Booking)
}

func slotSources() []timeslot.Source {
	return []timeslot.Source{timeslot.CareDirect, timeslot.ProviderDirect, timeslot.CareOptions}
}

func operations() []timeslot.Operation {
	return []timeslot.Operation{
		timeslot.OpDepartments, timeslot.OpDepartmentInfo, timeslot.OpDepartmentTimeslots,
		timeslot.OpProviderInfo, timeslot.OpProviderTimeslots, timeslot.OpAvailabilitySlots,
	}
}

// failures are the kinds that make an answer partial.
func failures() []timeslot.Kind {
	return []timeslot.Kind{
		timeslot.KindTimeout, timeslot.KindBudget, timeslot.KindOpen,
		timeslot.KindLimited, timeslot.KindUpstream, timeslot.KindMalformed,
	}
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

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
