// Package world is what exists of a simulated health system: places, departments, clinicians and their schedules, which
// follow from a seed and stay as they are ([Directory]), and what was sold ([Store]). It knows no request and no answer.
//
//	Options ──▶ New ──▶ Directory: EHR instances, departments, clinicians, an Offer for each visit type,
//	                    │          a Schedule for each person
//	                    ▼
//	          Store.Calendars(schedules, view) ──▶ Calendar ──▶ Openings, day by day
//	          Store.Book, Cancel, Take, Release
//	          Sales.Advance: what is sold elsewhere, as a [SalesPlan] has it
//
// A schedule's starts are a grid; about a third of it is busy, by a hash, so nothing is stored per slot: free is the grid,
// less what the hash calls busy, less what was sold.
package world

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// Options say what exists. They are taken as they are: checked, with their defaults.
type Options struct {
	Tenant string // short name
	Seed   uint64
	Untidy Untidy

	Departments, Providers int
	BookingLag             time.Duration  // how long reads go on listing a slot that was sold
	Lookahead              int            // days after today that may be asked for
	Lookaheads             map[string]int // others by visit type name, or by EHR instance and name
	Now                    time.Time      // around which zones know their midnights
}

// World is what exists: a directory, which stays as it is, and the slots that were sold.
type World struct {
	Options Options
	*Directory
	Store   *Store
	Sales   *Sales // what is sold elsewhere
	SlotIDs SlotIDs
}

// New builds what exists. It fails only without a time zone database.
func New(o Options) (*World, error) {
	dir, err := buildDirectory(o)
	if err != nil {
		return nil, err
	}
	w := &World{Options: o, Directory: dir, Store: newStore(o.BookingLag), SlotIDs: SlotIDs{o.Seed}}
	w.Sales = &Sales{world: w}
	return w, nil
}

// Slot finds what a slot id names.
func (w *World) Slot(id string) (o Opening, ok bool) {
	index, start, ok := w.SlotIDs.parse(id)
	if !ok || index >= len(w.schedules) {
		return Opening{}, false
	}
	return Opening{start, w.schedules[index]}, true
}

// Brand is the tenant's only brand: its name with a capital.
func (o Options) Brand() string { return strings.ToUpper(o.Tenant[:1]) + o.Tenant[1:] }

// lookahead is how far ahead a visit type may be asked for in the n-th EHR instance.
func (o Options) lookahead(n int, system, visit string) int {
	if days, ok := o.Lookaheads[system+" "+visit]; ok {
		return days
	}
	if days, ok := o.Lookaheads[visit]; ok {
		return days
	}
	if n == len(ehrNames)-1 && visit == "FluShot" {
		return min(MaxLookahead, o.Lookahead+o.Lookahead/3)
	}
	return o.Lookahead
}

// MaxLookahead is the most that any lookahead may be, in days.
const MaxLookahead = 730

// SlotIDs turn a schedule and a start into an opaque text and back, without remembering any. The text is base64 of a
// check over the slot, and the slot masked by the check: stable for one slot, different for each, and not to be guessed.
type SlotIDs struct{ seed uint64 }

// Append appends the id of a slot: 24 characters of base64, padded.
func (ids SlotIDs) Append(b []byte, s *Schedule, start int64) []byte {
	plain := uint64(s.Index)<<40 | uint64(start/60)
	check := Hash(ids.seed, saltSlotID, plain)
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], check)
	binary.BigEndian.PutUint64(raw[8:], plain^Hash(ids.seed, saltSlotMask, check))
	return base64.StdEncoding.AppendEncode(b, raw[:])
}

// parse gives back the schedule's index and the start; false for a text that Append did not write.
func (ids SlotIDs) parse(text string) (index int, start int64, ok bool) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != 16 {
		return 0, 0, false
	}
	check := binary.BigEndian.Uint64(raw[:8])
	plain := binary.BigEndian.Uint64(raw[8:]) ^ Hash(ids.seed, saltSlotMask, check)
	if Hash(ids.seed, saltSlotID, plain) != check {
		return 0, 0, false
	}
	return int(plain >> 40), int64(plain&(1<<40-1)) * 60, true
}

// Mix spreads x over 64 bits (the finaliser of SplitMix64); equal in, equal out, on every machine.
func Mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Hash folds the parts, in order, into one number.
func Hash(parts ...uint64) uint64 {
	h := uint64(len(parts))
	for _, p := range parts {
		h = Mix(h ^ p)
	}
	return h
}

// HashText folds a text into one number.
func HashText(s string) uint64 {
	h := uint64(len(s))
	for i := range len(s) {
		h = Mix(h ^ uint64(s[i]))
	}
	return h
}

// Fraction is h as a number in [0, 1).
func Fraction(h uint64) float64 { return float64(h>>11) / (1 << 53) }

// What a hash is for, so that two uses of the same numbers do not agree.
const (
	SaltBusy = iota + 1
	saltPlace
	saltPerson
	saltSlotID
	saltSlotMask
	SaltCorrelation
	SaltVisit
	SaltLatency
	SaltFault
	SaltSearch
	SaltHiding
	SaltPatient
	SaltVirtual
	SaltReport
	SaltSpelling
	saltAbsent
	saltSales
)

// UUID is a version 4 UUID made of a hash.
func UUID(h uint64) string {
	low := Mix(h)
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", h>>32, h>>16&0xffff, h&0xfff, low>>48&0xfff, low&0xffffffffffff)
}
