package acme

import (
	"encoding/json"
	"time"
)

// doc is a JSON document being written. Slot lists are long; written this way they cost a tenth of what reflection
// over structs does. Commas are placed by looking at the last byte.
type doc struct {
	b []byte
	spelling
	slots int // written so far
}

func newDoc(size int) *doc { return &doc{b: make([]byte, 0, size)} }

func (w *doc) next() {
	if n := len(w.b); n > 0 {
		switch w.b[n-1] {
		case '{', '[', ':':
		default:
			w.b = append(w.b, ',')
		}
	}
}

// object, list and the two ends write brackets.
func (w *doc) object()    { w.next(); w.b = append(w.b, '{') }
func (w *doc) endObject() { w.b = append(w.b, '}') }
func (w *doc) list()      { w.next(); w.b = append(w.b, '[') }
func (w *doc) endList()   { w.b = append(w.b, ']') }

// key writes a member's name; its value follows.
func (w *doc) key(name string) {
	w.value(name)
	w.b = append(w.b, ':')
}

// value writes a string.
func (w *doc) value(s string) {
	w.next()
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // a string always marshals
			w.b = append(w.b, quoted...)
			return
		}
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, s...)
	w.b = append(w.b, '"')
}

func (w *doc) text(name, s string) {
	w.key(name)
	w.value(s)
}

// time writes the instant as the zone's clocks show it, with offset and without fraction.
func (w *doc) time(name string, z *zone, unix int64) {
	w.key(name)
	w.b = append(w.b, '"')
	w.b = z.time(unix).AppendFormat(w.b, time.RFC3339)
	w.b = append(w.b, '"')
}

// dayOrNull writes a page marker.
func (w *doc) dayOrNull(name string, d *day) {
	if d == nil {
		w.any(name, nil)
		return
	}
	w.text(name, d.String())
}

// any writes what is small and rare by reflection. The values are this package's own, so they marshal.
func (w *doc) any(name string, v any) {
	b, _ := json.Marshal(v)
	w.key(name)
	w.b = append(w.b, b...)
}

func (w *doc) ok() answer { return answer{status: 200, body: w.b, empty: w.slots == 0} }
