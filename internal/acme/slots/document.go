package slots

import (
	"encoding/json"
	"strconv"
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

// text writes members that are texts: names and values in turn.
func (w *document) text(members ...string) {
	for i := 0; i < len(members); i += 2 {
		w.key(members[i])
		w.value(members[i+1])
	}
}

// time writes the instant as the zone's clocks show it, with offset and without fraction.
func (w *document) time(name string, z *world.Zone, unix int64) {
	w.key(name)
	w.b = append(w.b, '"')
	w.b = z.Time(unix).AppendFormat(w.b, time.RFC3339)
	w.b = append(w.b, '"')
}

func (w *document) dayOrNull(name string, d *world.Day) {
	if d == nil {
		w.any(name, nil)
		return
	}
	w.text(name, d.String())
}

// scheduleDays writes days, and for each its slots.
func (w *document) scheduleDays(days []dayOpenings, writeSlots func([]world.Opening)) {
	w.list("scheduleDays")
	for _, d := range days {
		w.object()
		w.text("date", d.day.String())
		w.list("slotTimes")
		writeSlots(d.openings)
		w.endList()
		w.endObject()
	}
	w.endList()
}

// any writes what is small and rare by reflection. The values are this package's own, so they marshal.
func (w *document) any(name string, v any) {
	b, _ := json.Marshal(v)
	w.key(name)
	w.b = append(w.b, b...)
}

func (w *document) ok() wire.Answer { return wire.Answer{Status: 200, Body: w.b, Empty: w.slots == 0} }

// spelling is how one surface writes starts, durations and booleans. Which slots are spelled oddly, and how, follows from
// the seed, the surface and the slot: the same slot is always the same on one surface, and may differ on another.
type spelling struct {
	untidy world.Untidy
	salt   uint64
}

func (h *Handlers) newDocument(surface string, size int) *document {
	salt := world.Hash(h.Options.Seed, world.SaltSpelling, world.HashText(surface))
	return &document{b: make([]byte, 0, size), spelling: spelling{h.Options.Untidy, salt}}
}

type written struct {
	unix   int64
	zone   *world.Zone // whose clocks it is written for
	by     uint64      // what tells slots apart that start together; 0 where they are one element
	plain  bool        // the zone is the clinic's own, and its readers know it
	layout string      // of those that are spelled as they should be
}

// startOf is an opening in the zone of its clinic.
func startOf(o world.Opening) written {
	at := o.Schedule.Offer.Department
	return written{unix: o.Start, zone: at.Zone, by: uint64(o.Schedule.Index) + 1, plain: at.ZonePlain, layout: time.RFC3339}
}

// Spellings whose meaning is plain: with the offset that the clinic's clocks have, then those for readers who know the
// clinic's zone. In UTC there are others.
var (
	offsetSpellings = []string{
		"2006-01-02T15:04:05.000Z07:00", "2006-01-02T15:04:05.0000000Z07:00", "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05Z07:00",
	}
	localSpellings = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05.000"}
	utcSpellings   = []string{"2006-01-02T15:04:05Z", "2006-01-02T15:04:05.000Z", "2006-01-02T15:04:05+0000", "2006-01-02 15:04:05+00:00"}
	unreadable     = []string{"", "soon", "2030-13-32T25:61:00-08:00", "9:00 AM"}
)

const (
	unreadablePercent  = 4
	oddStartPercent    = 50
	oddDurationPercent = 60
)

// appendStart appends the start as the surface spells it.
func (s spelling) appendStart(b []byte, at written) []byte {
	local := at.zone.Time(at.unix)
	h := world.Hash(s.salt, at.by, uint64(at.unix))
	if s.untidy.Has(world.Unreadable) && h%100 < unreadablePercent {
		return append(b, unreadable[world.Mix(h)%uint64(len(unreadable))]...)
	}
	if !s.untidy.Has(world.OddStarts) || world.Mix(h)%100 >= oddStartPercent {
		return local.AppendFormat(b, at.layout)
	}
	pick := world.Mix(world.Mix(h))
	choose := func(from []string) string { return from[pick/3%uint64(len(from))] }
	switch {
	case at.zone == world.UTC || at.plain && pick%3 == 1:
		return local.UTC().AppendFormat(b, choose(utcSpellings))
	case at.plain && pick%3 == 2 && !nearChange(local):
		return local.AppendFormat(b, choose(localSpellings))
	default:
		return local.AppendFormat(b, choose(offsetSpellings))
	}
}

// nearChange reports whether the zone's clocks change around t: a time without an offset may then mean two instants.
func nearChange(t time.Time) bool {
	_, before := t.Add(-2 * time.Hour).Zone()
	_, after := t.Add(2 * time.Hour).Zone()
	return before != after
}

// Durations that say nothing or say it oddly; an empty one is left out, with its name.
func oddDuration(h uint64, minutes string) string {
	odd := [...]string{"0", "null", "", `"` + minutes + `"`, minutes + ".0", `""`, `"0"`}
	return odd[h%uint64(len(odd))]
}

// duration writes the minutes of a slot: as a number, or as text where the surface has texts.
func (w *document) duration(minutes int, text bool, at written) {
	digits := strconv.Itoa(minutes)
	value := digits
	if text {
		value = `"` + digits + `"`
	}
	h := world.Hash(w.salt, world.SaltBusy, at.by, uint64(at.unix))
	if w.untidy.Has(world.OddDurations) && h%100 < oddDurationPercent {
		value = oddDuration(world.Mix(h), digits)
		if text && value == `"`+digits+`"` {
			value = digits
		}
	}
	if value != "" {
		w.key("duration")
		w.b = append(w.b, value...)
	}
}

func (w *document) start(name string, at written) {
	w.slots++
	w.key(name)
	w.b = append(w.b, '"')
	w.b = w.appendStart(w.b, at)
	w.b = append(w.b, '"')
}

func (w *document) flag(name string, yes bool) {
	w.key(name)
	if w.untidy.Has(world.TextBooleans) {
		w.value(strconv.FormatBool(yes))
		return
	}
	w.b = strconv.AppendBool(w.b, yes)
}

// boolean is a flag of what is encoded by reflection: a boolean, or a text.
func (h *Handlers) boolean(yes bool) any {
	if h.Options.Untidy.Has(world.TextBooleans) {
		return strconv.FormatBool(yes)
	}
	return yes
}
