package ops

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Oddity is what was odd about a source's answers, although they were read: since the start, with the newest sample. A
// sample has the shape of what upstream wrote, never its content.
type Oddity struct {
	Source    string    `json:"source"`
	Operation string    `json:"operation"`
	Reason    string    `json:"reason"` // of docs/metrics.md, decode_dropped_total and zone_doubts_total
	Count     int       `json:"count"`
	Sample    string    `json:"sample"`
	Last      time.Time `json:"last"`
}

// maxOddities bounds the kinds that are remembered; sources, operations and reasons are few.
const maxOddities = 256

// Oddities collects what was odd. The zero value is ready; it is safe for concurrent use.
type Oddities struct {
	mu   sync.Mutex
	seen map[oddKey]*Oddity
}

type oddKey struct{ source, operation, reason string }

// Add counts an oddity as often as its Count says.
func (o *Oddities) Add(more Oddity) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen == nil {
		o.seen = map[oddKey]*Oddity{}
	}
	key := oddKey{more.Source, more.Operation, more.Reason}
	known := o.seen[key]
	if known == nil {
		if len(o.seen) >= maxOddities {
			return
		}
		known = &Oddity{Source: more.Source, Operation: more.Operation, Reason: more.Reason}
		o.seen[key] = known
	}
	known.Count += more.Count
	known.Sample, known.Last = more.Sample, more.Last.UTC()
}

// List is all of them, by source, operation and reason.
func (o *Oddities) List() []Oddity {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := make([]Oddity, 0, len(o.seen))
	for _, known := range o.seen {
		list = append(list, *known)
	}
	slices.SortFunc(list, func(a, b Oddity) int {
		return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.Operation, b.Operation), strings.Compare(a.Reason, b.Reason))
	})
	return list
}
