package cache

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"

	"timeslots/internal/timeslot"
)

// payloadWriter collects the payload: strings once each in a table, everything else in body as references and varints.
// The payload is the table (count, lengths, texts) followed by body. Counts of lists are one higher than the list is
// long, and 0 for nil, because nil and empty may mean different subjects.
type payloadWriter struct {
	body    []byte
	index   map[string]uint64
	strings []string
	out     []byte
}

// payloadWriters are used again: what they write lives until it is compressed.
var payloadWriters = sync.Pool{New: func() any { return &payloadWriter{index: make(map[string]uint64, 64)} }}

// maxPooled is how much room a writer may keep for the next fragment, in bytes of each kind.
const maxPooled = 1 << 20

// done gives w back. It keeps no string alive.
func (w *payloadWriter) done() {
	if cap(w.body) > maxPooled || cap(w.out) > maxPooled || len(w.index) > maxPooled/64 {
		return
	}
	clear(w.index)
	clear(w.strings)
	w.body, w.strings, w.out = w.body[:0], w.strings[:0], w.out[:0]
	payloadWriters.Put(w)
}

// payload is f without what the head says, good until w is done.
func (w *payloadWriter) payload(f *timeslot.Fragment) ([]byte, error) {
	if err := checkLimits(f); err != nil {
		return nil, err
	}
	w.body = slices.Grow(w.body, 1024+len(f.Slots)*64+len(f.Body))
	(&content{write: w}).fragment(f)
	w.out = append(w.appendTable(w.out), w.body...)
	if len(w.out) > maxPayload {
		return nil, fmt.Errorf("payload of %d bytes: %w", len(w.out), errTooLarge)
	}
	return w.out, nil
}

func checkLimits(f *timeslot.Fragment) error {
	if n := Weight(f); n > maxWeight {
		return fmt.Errorf("fragment of %d bytes: %w", n, errTooLarge)
	}
	for i := range f.Slots {
		if int(f.Slots[i].Schedule) >= len(f.Schedules) {
			return fmt.Errorf("slot %d names schedule %d of %d", i, f.Slots[i].Schedule, len(f.Schedules))
		}
	}
	return nil
}

func (w *payloadWriter) appendTable(out []byte) []byte {
	out = binary.AppendUvarint(out, uint64(len(w.strings))+1)
	for _, s := range w.strings {
		out = binary.AppendUvarint(out, uint64(len(s)))
	}
	for _, s := range w.strings {
		out = append(out, s...)
	}
	return out
}

func (w *payloadWriter) number(n uint64) { w.body = binary.AppendUvarint(w.body, n) }

func (w *payloadWriter) signed(n int64) { w.body = binary.AppendVarint(w.body, n) }

func (w *payloadWriter) float(v float64) {
	w.body = binary.BigEndian.AppendUint64(w.body, math.Float64bits(v))
}

func (w *payloadWriter) bit(v bool) {
	b := byte(0)
	if v {
		b = 1
	}
	w.body = append(w.body, b)
}

func (w *payloadWriter) count(n int, isNil bool) {
	if isNil {
		w.number(0)
		return
	}
	w.number(uint64(n) + 1)
}

// text writes a reference into the table; 0 is the empty string.
func (w *payloadWriter) text(s string) {
	if s == "" {
		w.number(0)
		return
	}
	ref, known := w.index[s]
	if !known {
		w.strings = append(w.strings, s)
		ref = uint64(len(w.strings))
		w.index[s] = ref
	}
	w.number(ref)
}

// slots writes one column after the other: neighbours in a column resemble each other, which is what zstd likes.
// Booking ids differ from slot to slot, so they stand in a column of their own instead of in the table.
func (w *payloadWriter) slots(f *timeslot.Fragment) {
	list := f.Slots
	w.count(len(list), list == nil)
	previous := int64(0)
	for i := range list {
		w.signed(list[i].Start - previous)
		previous = list[i].Start
	}
	for i := range list {
		w.number(uint64(list[i].Schedule))
	}
	for i := range list {
		w.number(uint64(list[i].Duration))
	}
	for i := range list {
		w.signed(int64(list[i].Offset))
	}
	for i := range list {
		w.number(uint64(len(f.SlotID(i))))
	}
	for i := range list {
		w.body = append(w.body, f.SlotID(i)...)
	}
}
