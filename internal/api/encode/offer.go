package encode

import (
	"math"
	"strconv"
	"sync"

	"github.com/go-faster/jx"

	"timeslots/internal/timeslot"
)

// offerWriter appends slots to an answer. An answer has hundreds of slots and a few dozen schedules: what the slots of
// a schedule share is written once and copied from then on. That makes a slot cost about as much as copying its text.
type offerWriter struct {
	links       *links
	sources     []string // see [sourcesTexts]
	departments map[string]*timeslot.DepartmentView
	zone        *zoneClock // nil: each slot's own offset
	*scheduleTexts
}

// scheduleTexts are the texts of an answer's schedules: in memory that is used for one answer after the other.
type scheduleTexts struct {
	known map[*timeslot.Schedule]*scheduleText
	texts []scheduleText
	bytes []byte
}

var scheduleTextsPool = sync.Pool{New: func() any {
	return &scheduleTexts{known: map[*timeslot.Schedule]*scheduleText{}}
}}

// maxTexts is how many schedules an answer may have so that its memory is used again.
const maxTexts = 1000

// release ends the answer: nothing of its texts may be used any more.
func (t *scheduleTexts) release() {
	if len(t.known) > maxTexts {
		return
	}
	clear(t.known)
	clear(t.texts)
	t.texts, t.bytes = t.texts[:0], t.bytes[:0]
	scheduleTextsPool.Put(t)
}

// add makes room for one more text. Texts that were handed out stay where they are.
func (t *scheduleTexts) add(s *timeslot.Schedule) *scheduleText {
	if len(t.texts) == cap(t.texts) {
		t.texts = make([]scheduleText, 0, max(32, 2*cap(t.texts)))
	}
	t.texts = append(t.texts, scheduleText{fingerprint: s.Fingerprint()})
	text := &t.texts[len(t.texts)-1]
	t.known[s] = text
	return text
}

// scheduleText is what the slots of one schedule have in common.
type scheduleText struct {
	fingerprint timeslot.Fingerprint
	fields      []byte // from "timezone" to "distance"
	urlName     string
	links       [2]builtLink
}

// builtLink is the hand-off link by one template.
type builtLink struct {
	by   *timeslot.LinkTemplate // nil: it was not built yet
	link fixedLink              // nil: it cannot be
}

// sourcesTexts are the field "sources" of every set.
func sourcesTexts(surfaces *timeslot.Surfaces) []string {
	texts := make([]string, 1<<len(surfaces.List()))
	for set := range texts {
		text := `,"sources":[`
		for i, source := range surfaces.Named(timeslot.SourceSet(set)) {
			if i > 0 {
				text += ","
			}
			text += `"` + string(source) + `"`
		}
		texts[set] = text + "]"
	}
	return texts
}

// append writes one slot as a JSON object.
func (w *offerWriter) append(b []byte, o *timeslot.Offer) []byte {
	text := w.known[o.Schedule]
	if text == nil {
		text = w.describe(o)
	}
	b = append(b, `{"id":"`...)
	b = text.fingerprint.AppendPublicID(b, o.Start)
	b = append(b, `","slotDateTime":"`...)
	b = appendLocal(b, o.Start, w.offset(o))
	b = append(b, `","duration":`...)
	b = strconv.AppendUint(b, uint64(o.Duration), 10)
	b = append(b, text.fields...)
	b = append(b, w.sources[o.Sources]...)
	b = w.appendBooking(b, o, text)
	if o.Score != nil {
		b = appendScore(b, o.Score)
	}
	return append(b, '}')
}

// offset is how many minutes east of UTC the slot's time is written: in the zone of the answer, or the department's.
func (w *offerWriter) offset(o *timeslot.Offer) int {
	if w.zone != nil {
		return w.zone.offsetAt(o.Start)
	}
	return int(o.Offset)
}

// describe writes what the slots of o's schedule share. Distance belongs to the department, so it does too.
func (w *offerWriter) describe(o *timeslot.Offer) *scheduleText {
	s := o.Schedule
	key := s.DepartmentKey()
	text := w.add(s)
	if d := w.departments[key]; d != nil {
		text.urlName = d.URLName
	}
	zone := s.Timezone
	if w.zone != nil {
		zone = w.zone.name
	}
	from := len(w.bytes)
	b := appendKnown(w.bytes, `,"timezone":`, zone)
	b = appendText(b, `,"ehrInstance":`, s.EHRInstance)
	b = appendText(b, `,"departmentId":`, s.DepartmentID)
	b = appendText(b, `,"departmentIdentifier":`, key)
	b = appendKnown(b, `,"departmentUrlName":`, text.urlName)
	b = appendText(b, `,"npi":`, s.NPI)
	b = appendText(b, `,"visitTypeId":`, s.VisitTypeID)
	b = appendText(b, `,"visitTypeName":`, s.VisitTypeName)
	b = appendKnown(b, `,"visitTypeTitle":`, s.VisitTypeTitle)
	b = appendKnown(b, `,"modality":`, string(s.Modality))
	b = appendTri(b, `,"forNewPatient":`, s.ForNewPatient)
	b = appendTri(b, `,"forEstablishedPatient":`, s.ForEstablishedPatient)
	if o.Distance >= 0 {
		b = strconv.AppendFloat(append(b, `,"distance":`...), hundredths(o.Distance), 'f', -1, 64)
	}
	w.bytes, text.fields = b, b[from:len(b):len(b)]
	return text
}

// appendBooking says honestly how the slot can be booked (docs/interface.md §3.1, booking.flow).
func (w *offerWriter) appendBooking(b []byte, o *timeslot.Offer, text *scheduleText) []byte {
	if o.Schedule.Bookable == timeslot.No {
		return append(b, `,"booking":{"flow":"none"}`...)
	}
	link := w.linkOf(o, text)
	switch {
	case o.RetailSlotID != "":
		b = append(b, `,"booking":{"flow":"retail"`...)
		b = appendText(b, `,"slotId":`, o.RetailSlotID)
		b = appendKnown(b, `,"providerId":`, o.RetailProviderID)
	case o.ProviderSlotID != "":
		b = append(b, `,"booking":{"flow":"provider"`...)
		b = appendText(b, `,"slotId":`, o.ProviderSlotID)
	case link != nil:
		b = append(b, `,"booking":{"flow":"handoff"`...)
	default:
		b = append(b, `,"booking":{"flow":"none"`...)
	}
	if link != nil {
		b = append(b, `,"url":"`...)
		b = append(link.append(b, o.Start, int(o.Offset)), '"')
	}
	return append(b, '}')
}

// linkOf is the hand-off link of a slot's schedule; nil when none can be built.
func (w *offerWriter) linkOf(o *timeslot.Offer, text *scheduleText) fixedLink {
	t := w.links.templateFor(o)
	if t == nil {
		return nil
	}
	at := &text.links[0]
	if t == w.links.provider {
		at = &text.links[1]
	}
	if at.by == nil {
		*at = builtLink{t, fix(t, o.Schedule, text.urlName, w.links.brand)}
	}
	return at.link
}

func appendScore(b []byte, s *timeslot.Score) []byte {
	b = append(b, `,"score":{`...)
	for i, part := range [...]struct {
		name  string
		value float64
	}{{`"total":`, s.Total}, {`"wait":`, s.Wait}, {`"distance":`, s.Distance}, {`"bookable":`, s.Bookable}, {`"spread":`, s.Spread}} {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendFloat(append(b, part.name...), math.Round(part.value*1e4)/1e4, 'f', -1, 64)
	}
	return append(b, '}')
}

func appendTri(b []byte, name string, t timeslot.Tri) []byte {
	switch t {
	case timeslot.Yes:
		return append(append(b, name...), "true"...)
	case timeslot.No:
		return append(append(b, name...), "false"...)
	default:
		return b
	}
}

// appendKnown writes a field unless it is empty.
func appendKnown(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return appendText(b, name, value)
}

// appendText writes a field. Upstream's strings are escaped so that they are inert in HTML as well.
func appendText(b []byte, name, value string) []byte {
	b = append(b, name...)
	for i := range len(value) {
		if c := value[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			w := jx.Writer{Buf: b}
			w.StrEscape(value)
			return w.Buf
		}
	}
	b = append(b, '"')
	b = append(b, value...)
	return append(b, '"')
}

// hundredths is a distance with two decimals.
func hundredths(miles float64) float64 { return math.Round(miles*100) / 100 }
