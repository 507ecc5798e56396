package cache

import (
	"encoding/binary"
	"fmt"
	"math"

	"timeslots/internal/timeslot"
)

// shape is what one element of a list takes: at least so many bytes of the payload, and so many in memory.
type shape struct{ stored, size int }

// payloadReader reads what payloadWriter wrote. It remembers the first failure and reads zeros from then on.
type payloadReader struct {
	rest  []byte
	room  int // bytes that may still be allocated
	table []string
	err   error
}

func (r *payloadReader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("payload, %s: %w", what, errDamaged)
	}
	r.rest = nil
}

// take gives the next n bytes, which stay part of the payload; n is not negative.
func (r *payloadReader) take(n int) []byte {
	if n > len(r.rest) {
		r.fail("too short")
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *payloadReader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.fail("number")
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *payloadReader) below(limit uint64) uint64 {
	n := r.number()
	if n >= limit {
		r.fail("number out of range")
		return 0
	}
	return n
}

func (r *payloadReader) between(low, high int64) int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 || n < low || n > high {
		r.fail("signed number")
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *payloadReader) byteBelow(limit byte) byte {
	b := r.take(1)
	if b == nil || b[0] >= limit {
		r.fail("enumeration")
		return 0
	}
	return b[0]
}

func (r *payloadReader) float() float64 {
	b := r.take(8)
	if b == nil {
		return 0
	}
	return math.Float64frombits(binary.BigEndian.Uint64(b))
}

// count reads a list's length; ok is false for nil. Before anything is allocated, the claim is held against the bytes
// that are left and the room that is left.
func (r *payloadReader) count(of shape) (n int, ok bool) {
	v := r.number()
	if v == 0 {
		return 0, false
	}
	v--
	if v > uint64(len(r.rest)/of.stored) || !r.reserve(int(v)*of.size) {
		r.fail("count")
		return 0, false
	}
	return int(v), true
}

func (r *payloadReader) reserve(bytes int) bool {
	if bytes > r.room {
		return false
	}
	r.room -= bytes
	return true
}

// strings reads n lengths and then that many texts, which share one allocation.
func (r *payloadReader) strings(n int, keep func(i int, s string)) {
	lengths, total := payloadReader{rest: r.rest}, 0
	for range n {
		total += int(r.below(maxPayload + 1))
	}
	if total > len(r.rest) || !r.reserve(total) {
		r.fail("texts")
	}
	if r.err != nil {
		return
	}
	text := string(r.take(total))
	for i := range n {
		size := lengths.number()
		keep(i, text[:size])
		text = text[size:]
	}
}

// parsePayload fills f. Every byte must have its place.
func parsePayload(payload []byte, f *timeslot.Fragment) error {
	r := payloadReader{rest: payload, room: maxDecoded}
	r.readTable()
	(&content{read: &r}).fragment(f)
	if r.err == nil && len(r.rest) > 0 {
		r.fail("bytes after the end")
	}
	return r.err
}

func (r *payloadReader) readTable() {
	n, _ := r.count(stringShape)
	r.table = make([]string, n)
	r.strings(n, func(i int, s string) { r.table[i] = s })
}

func (r *payloadReader) text() string {
	ref := r.below(uint64(len(r.table)) + 1)
	if ref == 0 {
		return ""
	}
	return r.table[ref-1]
}

func (r *payloadReader) slots(schedules int) (list []timeslot.Slot, ids []string) {
	n, ok := r.count(slotShape)
	if !ok {
		return nil, nil
	}
	list = make([]timeslot.Slot, n)
	start := int64(0)
	for i := range list {
		start += r.between(math.MinInt64, math.MaxInt64)
		list[i].Start = start
	}
	for i := range list {
		list[i].Schedule = uint32(r.below(uint64(schedules)))
	}
	for i := range list {
		list[i].Duration = uint16(r.below(math.MaxUint16 + 1))
	}
	for i := range list {
		list[i].Offset = int16(r.between(math.MinInt16, math.MaxInt16))
	}
	r.strings(n, func(i int, s string) {
		if s != "" && ids == nil {
			ids = make([]string, n)
		}
		if ids != nil {
			ids[i] = s
		}
	})
	return list, ids
}
