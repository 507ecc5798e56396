package encode

import (
	"maps"
	"slices"
	"time"

	"github.com/go-faster/jx"

	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// wireInstant is how answers write instants that belong to no place.
const wireInstant = "2006-01-02T15:04:05.000Z"

// Encoder writes answers, with hand-off links where it has templates. It is safe for use by many goroutines.
type Encoder struct {
	links   links
	sources []string // see [sourcesTexts]
}

// New makes an Encoder for slots that these surfaces list; nil are DexCare's.
func New(opt LinkOptions, surfaces *timeslot.Surfaces) (*Encoder, error) {
	l, err := newLinks(opt)
	l.own = ownLinks(surfaces)
	return &Encoder{l, sourcesTexts(surfaces)}, err
}

// List writes the document of docs/interface.md §3.1. It holds instants, never ages, and its objects are in a fixed order.
func (c *Encoder) List(q *timeslot.Query, a *search.Answer) []byte {
	enc := c.begin(q, a)
	defer enc.slots.release()
	e := &enc.Encoder
	e.Grow(512 + 640*len(a.Slots))
	e.ObjStart()
	enc.instant("asOf", a.AsOf)
	e.FieldStart("complete")
	e.Bool(a.Complete)
	e.FieldStart("total")
	e.Int(a.Total)
	enc.offers("timeslots", a.Slots)
	enc.providers(a.Providers)
	enc.departmentViews()
	enc.sources(a.Reports)
	e.FieldStart("nextCursor")
	if a.NextCursor == "" {
		e.Null()
	} else {
		e.Str(a.NextCursor)
	}
	e.FieldStart("nextAvailable")
	if a.NextAvailable == nil {
		e.Null()
	} else {
		e.SetBytes(enc.slots.append(e.Bytes(), a.NextAvailable))
	}
	e.ObjEnd()
	return e.Bytes()
}

func (c *Encoder) begin(q *timeslot.Query, a *search.Answer) *document {
	enc := &document{departments: a.Departments, slots: offerWriter{
		links: &c.links, sources: c.sources, departments: a.Departments, scheduleTexts: scheduleTextsPool.Get().(*scheduleTexts),
	}}
	if q.Zone != "" {
		enc.slots.zone = newZoneClock(q.Zone)
	}
	return enc
}

// document is one answer being written.
type document struct {
	jx.Encoder
	departments map[string]*timeslot.DepartmentView
	slots       offerWriter
	dates       map[timeslot.Date]string // written so far
	scratch     [64]byte
}

func (e *document) instant(name string, t time.Time) {
	e.FieldStart(name)
	if t.IsZero() {
		e.Null()
		return
	}
	e.ByteStr(t.UTC().AppendFormat(e.scratch[:0], wireInstant))
}

// text writes a field unless it is empty. Upstream's strings are escaped so that they are inert in HTML as well.
func (e *document) text(name, value string) {
	if value != "" {
		e.required(name, value)
	}
}

func (e *document) required(name, value string) {
	e.FieldStart(name)
	e.StrEscape(value)
}

// miles writes a distance with two decimals, unless it is unknown.
func (e *document) miles(name string, d float64) {
	if d >= 0 {
		e.FieldStart(name)
		e.Float64(hundredths(d))
	}
}

func (e *document) offers(name string, offers []timeslot.Offer) {
	e.FieldStart(name)
	e.ArrStart()
	b := e.Bytes()
	for i := range offers {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.slots.append(b, &offers[i])
	}
	e.SetBytes(b)
	e.ArrEnd()
}

func (e *document) providers(providers map[string]*timeslot.Provider) {
	e.FieldStart("providers")
	e.ObjStart()
	for _, npi := range slices.Sorted(maps.Keys(providers)) {
		p := providers[npi]
		e.FieldStart(npi)
		e.ObjStart()
		e.required("name", p.Name)
		e.text("gender", p.Gender)
		if len(p.Specialties) > 0 {
			e.FieldStart("specialties")
			e.ArrStart()
			for _, s := range p.Specialties {
				e.StrEscape(s)
			}
			e.ArrEnd()
		}
		e.ObjEnd()
	}
	e.ObjEnd()
}

func (e *document) departmentViews() {
	e.FieldStart("departments")
	e.ObjStart()
	for _, key := range slices.Sorted(maps.Keys(e.departments)) {
		d := e.departments[key]
		e.FieldStart(key)
		e.ObjStart()
		e.required("name", d.Name)
		e.text("urlName", d.URLName)
		e.text("clinicType", d.ClinicType)
		e.text("timezone", d.Timezone)
		e.text("phone", d.Phone)
		e.address(d.Address)
		if d.Point != nil {
			e.FieldStart("latitude")
			e.Float64(d.Point.Latitude)
			e.FieldStart("longitude")
			e.Float64(d.Point.Longitude)
		}
		e.miles("distance", d.Distance)
		e.ObjEnd()
	}
	e.ObjEnd()
}

func (e *document) address(a timeslot.Address) {
	if a.IsZero() {
		return
	}
	e.FieldStart("address")
	e.ObjStart()
	e.text("line1", a.Line1)
	e.text("line2", a.Line2)
	e.text("city", a.City)
	e.text("state", a.State)
	e.text("postalCode", a.PostalCode)
	e.ObjEnd()
}

func (e *document) sources(reports []timeslot.SourceReport) {
	e.FieldStart("sources")
	e.ArrStart()
	for _, r := range reports {
		e.ObjStart()
		e.FieldStart("source")
		e.Str(string(r.Source))
		e.required("key", r.Key)
		e.FieldStart("status")
		e.Str(string(r.Status))
		if !r.FetchedAt.IsZero() {
			e.instant("fetchedAt", r.FetchedAt)
		}
		e.FieldStart("slots")
		e.Int(r.Slots)
		e.text("reason", string(r.Reason))
		e.ObjEnd()
	}
	e.ArrEnd()
}
