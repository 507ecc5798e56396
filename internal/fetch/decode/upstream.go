package decode

import (
	"net/url"
	"strconv"

	"timeslots/internal/timeslot"
)

// Upstream is the upstream side of one source: where its operations are read, how they are asked for, and how their answers are
// read. It is one file of this package for each surface, and one for the directory.
type Upstream struct {
	Source timeslot.Source

	// Place is where a key is read. Everything in its path comes from the key's typed fields.
	Place func(key *timeslot.FragmentKey) Place

	// Ask sets the parameters of a search's read, but for its dates; nil: there are none.
	Ask func(q url.Values, a *Asked)

	// Decode reads an answer, as [Decode] says; nil: a parser of this package does.
	Decode func(read Read, body []byte) (*timeslot.Fragment, error)

	parser func(key *timeslot.FragmentKey) func(*builder) error // nil: what the operation gives is only repeated
	levels func(key *timeslot.FragmentKey) []level              // see [Without]
	shared bool                                                 // a start stands in its answers once for all who offer it
}

// dexCare is how DexCare's sources are read; what no source before names is a list.
var dexCare = [...]*Upstream{&careDirect, &providerDirect, &careOptions, &lists}

// DexCare is how DexCare's sources are read.
func DexCare() []Upstream {
	all := make([]Upstream, len(dexCare))
	for i, u := range dexCare {
		all[i] = *u
	}
	return all
}

// Base is which of upstream's addresses a read goes to.
type Base uint8

// The bases (docs/dexcare.md §1.1).
const (
	Public Base = iota
	Ingress
	Visit
)

// Key is the API key that a read is sent with (docs/dexcare.md §1.2).
type Key uint8

// The keys.
const (
	SlotsKey Key = iota
	CareOptionsKey
	BookingKey
)

// Place is where something is read: a path below a base, not escaped, and with which key.
type Place struct {
	Base Base
	Key  Key
	Path []string
}

func version(key *timeslot.FragmentKey) string { return "v" + strconv.Itoa(int(key.Version)) }

// public, ingress and visit are places below the bases. Public reads are sent the slots key as DexCare's SDK does.
func public(key *timeslot.FragmentKey, path ...string) Place {
	return Place{Public, SlotsKey, append([]string{version(key)}, path...)}
}

func ingress(key *timeslot.FragmentKey, with Key, path ...string) Place {
	return Place{Ingress, with, append([]string{version(key)}, path...)}
}

func visit(key *timeslot.FragmentKey, path ...string) Place {
	return Place{Visit, BookingKey, append([]string{"api", version(key)[1:]}, path...)}
}

// Asked is what one call is for.
type Asked struct {
	Key     timeslot.FragmentKey
	Through timeslot.Block // the last block, from the key's own on
	Types   []string       // visit types that are asked for together, the key's own first; nil: that alone
}

// upstream is how the read is read.
func (r *Read) upstream() *Upstream {
	if r.From != nil {
		return r.From
	}
	return dexCareOf(&r.Key)
}

// dexCareOf is how DexCare's own source of a key is read.
func dexCareOf(key *timeslot.FragmentKey) *Upstream {
	source := timeslot.DexCare().SourceOf(key.Operation)
	for _, u := range dexCare {
		if u.Source == source {
			return u
		}
	}
	return &lists
}
