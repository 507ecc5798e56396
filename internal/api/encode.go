package api

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

// encode writes the document of docs/interface.md §3.1. It holds instants, never ages, and its objects are in a fixed order,
// so equal results give equal bytes on every replica.
func (s *Server) encode(q *timeslot.Query, a *search.Answer) []byte {
	enc := s.encoder(q, a)
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

func (s *Server) encoder(q *timeslot.Query, a *search.Answer) *encoder {
	enc := &encoder{departments: a.Departments, slots: offerWriter{
		links: &s.links, departments: a.Departments, scheduleTexts: scheduleTextsPool.Get().(*scheduleTexts),
	}}
	if q.Zone != "" {
		enc.slots.zone = newZoneClock(q.Zone)
	}
	return enc
}

// encoder writes one answer.
type encoder struct {
	jx.Encoder
	departments map[string]*timeslot.DepartmentView
	slots       offerWriter
	dates       map[timeslot.Date]string // written so far
	scratch     [64]byte
}

func (e *encoder) instant(name string, t time.Time) {
	e.FieldStart(name)
	if t.IsZero() {
		e.Null()
		return
	}
	e.ByteStr(t.UTC().AppendFormat(e.scratch[:0], wireInstant))
}

// text writes a field unless it is empty. Upstream's strings are escaped so that they are inert in HTML as well.
func (e *encoder) text(name, value string) {
	if value != "" {
		e.required(name, value)
	}
}

func (e *encoder) required(name, value string) {
	e.FieldStart(name)
	e.StrEscape(value)
}

// miles writes a distance with two decimals, unless it is unknown.
func (e *encoder) miles(name string, d float64) {
	if d >= 0 {
		e.FieldStart(name)
		e.Float64(hundredths(d))
	}
}

func (e *encoder) offers(name string, offers []timeslot.Offer) {
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

func (e *encoder) providers(providers map[string]*timeslot.Provider) {
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

func (e *encoder) departmentViews() {
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

func (e *encoder) address(a timeslot.Address) {
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

func (e *encoder) sources(reports []timeslot.SourceReport) {
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
