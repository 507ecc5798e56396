package merge

import (
	"cmp"
	"container/list"
	"hash/maphash"
	"sync"
	"time"

	"timeslots/internal/timeslot"
)

// Unions keeps what questions have in common, so that it is worked out once: a union for each set of fragments and window of
// days that is asked for, and what the sets have in common in turn, which is clinics. A set is forgotten when nobody has
// asked for it for a while, and a clinic with the last set that it is in. The zero value is ready, and safe for concurrent
// use. What is kept is never stale: a fragment is frozen, and one that was read anew is another.
type Unions struct {
	MaxBytes int // that they may take, but for a single set that takes more; 0: 64 MiB. Set before use

	mu      sync.Mutex
	sets    map[uint64]*keptUnion
	inUse   list.List // of all sets, the one that was asked for last first
	clinics map[sum]*shared[*clinic]
	parted  map[contents]*shared[*partition]
	size    int // of all clinics, in bytes
}

const (
	maxUnions = 256
	maxKept   = 64 << 20 // bytes

	// idleUnion is how long a set is kept that nobody asks for: a fragment of it has been read anew, most likely.
	idleUnion = 10 * time.Second
)

type keptUnion struct {
	key   uint64
	place *list.Element
	build sync.Once
	union *union
	used  time.Time
	done  bool
	gone  bool // dropped: what is worked out for it from now on is not kept

	clinics []sum
	parted  []contents
}

// shared is what several sets may have.
type shared[T sized] struct {
	it   T
	uses int // by how many
}

type sized interface {
	comparable
	size() int // in bytes, roughly
}

var pointerSeed = maphash.MakeSeed()

// unionOf is the union of some fragments' slots that begin within a span.
func (u *Unions) unionOf(fragments []*timeslot.Fragment, within window, known world, now time.Time) *union {
	if u == nil {
		return unionOf(fragments, within, known, unkept{})
	}
	key := maphash.Comparable(pointerSeed, within)
	for _, f := range fragments {
		key += maphash.Comparable(pointerSeed, f) // in any order
	}
	u.mu.Lock()
	k := u.sets[key]
	if k == nil {
		k = &keptUnion{key: key}
		if u.sets == nil {
			u.sets, u.clinics, u.parted = map[uint64]*keptUnion{}, map[sum]*shared[*clinic]{}, map[contents]*shared[*partition]{}
		}
		u.sets[key], k.place = k, u.inUse.PushFront(k)
	}
	k.used = now
	u.inUse.MoveToFront(k.place)
	u.mu.Unlock()
	k.build.Do(func() {
		defer u.built(k, now)
		k.union = unionOf(fragments, within, known, &keeping{unions: u, set: k})
	})
	if !k.union.isOf(fragments, within) {
		return unionOf(fragments, within, known, unkept{})
	}
	return k.union
}

// built makes a set one that may be dropped, whatever came of it.
func (u *Unions) built(k *keptUnion, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	k.done = true
	u.forget(now)
}

// isOf reports whether the union is of these fragments and this span.
func (u *union) isOf(fragments []*timeslot.Fragment, within window) bool {
	if within != u.within || len(fragments) != len(u.answers) {
		return false
	}
	for _, f := range fragments {
		if _, ok := u.indexOf[f]; !ok {
			return false
		}
	}
	return true
}

// forget drops sets that nobody asks for, and what is too much.
func (u *Unions) forget(now time.Time) {
	u.dropOldest(func(k *keptUnion) bool { return now.Sub(k.used) > idleUnion })
	u.trim()
}

// trim drops the set that was asked for longest ago as long as there is too much. The last one stays.
func (u *Unions) trim() {
	u.dropOldest(func(*keptUnion) bool { return len(u.sets) > maxUnions || u.size > cmp.Or(u.MaxBytes, maxKept) })
}

// dropOldest drops sets as long as that is asked for, those that were used longest ago first. What is being built stays, and the
// one that was used last.
func (u *Unions) dropOldest(wanted func(*keptUnion) bool) {
	for at := u.inUse.Back(); at != nil && at.Prev() != nil; {
		k := at.Value.(*keptUnion)
		if !wanted(k) {
			return
		}
		if at = at.Prev(); k.done {
			u.drop(k)
		}
	}
}

func (u *Unions) drop(k *keptUnion) {
	delete(u.sets, k.key)
	u.inUse.Remove(k.place)
	k.gone = true
	u.size -= giveBack(u.clinics, k.clinics) + giveBack(u.parted, k.parted)
}

// giveBack forgets what no other set has of what one had, and says how large that was.
func giveBack[K comparable, T sized](all map[K]*shared[T], had []K) (size int) {
	for _, key := range had {
		known := all[key]
		if known.uses--; known.uses == 0 {
			delete(all, key)
			size += known.it.size()
		}
	}
	return size
}

// keeping works out for a set what no other one has, and keeps it.
type keeping struct {
	unions *Unions
	set    *keptUnion
}

func (k *keeping) partition(f *timeslot.Fragment) *partition {
	what := contentsOf(f)
	if known := keep(k, k.unions.parted, &k.set.parted, what, nil); known != nil {
		return known
	}
	return keep(k, k.unions.parted, &k.set.parted, what, partitionOf(f))
}

func (k *keeping) clinic(key sum, build func() *clinic) *clinic {
	if known := keep(k, k.unions.clinics, &k.set.clinics, key, nil); known != nil {
		return known
	}
	return keep(k, k.unions.clinics, &k.set.clinics, key, build())
}

// keep gives what is kept under a key, else keeps what was made, unless the set was dropped meanwhile; nil where there is
// neither. The set has it from then on.
func keep[K comparable, T sized](k *keeping, all map[K]*shared[T], had *[]K, key K, made T) T {
	u := k.unions
	u.mu.Lock()
	defer u.mu.Unlock()
	var none T
	known := all[key]
	switch {
	case known == nil && made == none:
		return none
	case k.set.gone && made != none:
		return made
	case k.set.gone:
		return known.it
	case known == nil:
		known = &shared[T]{it: made}
		all[key] = known
		u.size += made.size()
	}
	known.uses++
	*had = append(*had, key)
	u.trim()
	return known.it
}

// unkept works out everything, and keeps nothing.
type unkept struct{}

func (unkept) partition(f *timeslot.Fragment) *partition  { return partitionOf(f) }
func (unkept) clinic(_ sum, build func() *clinic) *clinic { return build() }
