package ops

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

// UnknownProduct is a name that requests had for their product and nobody configured.
type UnknownProduct struct {
	Name     string `json:"name"`
	Requests int64  `json:"requests"` // since the start
}

// maxUnknown bounds the names that are remembered: a request may have any.
const maxUnknown = 64

// UnknownProducts counts requests by such names, so that operators see what to configure. The zero value is ready; it is safe for
// concurrent use.
type UnknownProducts struct {
	mu    sync.Mutex
	names map[string]*atomic.Int64
}

// Counter counts the requests of a name. Where there are too many, it takes the place of the rarest.
func (u *UnknownProducts) Counter(name string) *atomic.Int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.names == nil {
		u.names = map[string]*atomic.Int64{}
	}
	n, ok := u.names[name]
	if ok {
		return n
	}
	if len(u.names) == maxUnknown {
		delete(u.names, u.rarest())
	}
	n = new(atomic.Int64)
	u.names[name] = n
	return n
}

// rarest is the name with the fewest requests; the caller holds the lock.
func (u *UnknownProducts) rarest() (name string) {
	least := int64(math.MaxInt64)
	for other, n := range u.names {
		if asked := n.Load(); asked < least {
			name, least = other, asked
		}
	}
	return name
}

// List has the names that are not configured meanwhile, the most frequent first.
func (u *UnknownProducts) List(configured []string) []UnknownProduct {
	u.mu.Lock()
	defer u.mu.Unlock()
	list := make([]UnknownProduct, 0, len(u.names))
	for name, n := range u.names {
		if !slices.Contains(configured, name) {
			list = append(list, UnknownProduct{name, n.Load()})
		}
	}
	slices.SortFunc(list, func(a, b UnknownProduct) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Name, b.Name))
	})
	return list
}
