package slots

import (
	"encoding/json"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// document is a JSON document being written. Slot lists are long; written this way they cost a tenth of what reflection
// over structs does. Commas are placed by looking at the last byte.
type document struct {
	b []byte
	spelling
	slots int // written so far
}

func (w *document) next() {
	if n := len(w.b); n > 0 {
		switch w.b[n-1] {
		case '{', '[', ':':
		default:
			w.b = append(w.b, ',')
		}
	}
}

// object and list write opening brackets, a list and some objects after a name; the two ends close them.
func (w *document) object()              { w.next(); w.b = append(w.b, '{') }
func (w *document) objectOf(name string) { w.key(name); w.b = append(w.b, '{') }
func (w *document) endObject()           { w.b = append(w.b, '}') }
func (w *document) list(name string)     { w.key(name); w.b = append(w.b, '[') }
func (w *document) endList()             { w.b = append(w.b, ']') }

// key writes a member's name; its value follows.
func (w *document) key(name string) {
	w.value(name)
	w.b = append(w.b, ':')
}

// value writes a string.
func (w *document) value(s string) {
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

func (w *document) text(name, s string) {
	w.key(name)
	w.value(s)
}

// time writes the instant as the zone's clocks show it, with offset and without fraction.
func (w *document) time(name string, z *world.Zone, unix int64) {
	w.key(name)
	w.b = append(w.b, '"')
	w.b = z.Time(unix).AppendFormat(w.b, time.RFC3339)
	w.b = append(w.b, '"')
}

// dayOrNull writes a page marker.
func (w *document) dayOrNull(name string, d *world.Day) {
	if d == nil {
		w.any(name, nil)
		return
	}
	w.text(name, d.String())
}

// any writes what is small and rare by reflection. The values are this package's own, so they marshal.
func (w *document) any(name string, v any) {
	b, _ := json.Marshal(v)
	w.key(name)
	w.b = append(w.b, b...)
}

func (w *document) ok() wire.Answer { return wire.Answer{Status: 200, Body: w.b, Empty: w.slots == 0} }
