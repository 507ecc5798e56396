package api

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/go-faster/jx"

	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// wireInstant is how answers write instants that belong to no place.
const wireInstant = "2006-01-02T15:04:05.000Z"

// encode writes the document of INTERFACE §3.1. It holds instants, never ages, and its objects are in a fixed order,
// so equal results give equal bytes on every replica.
func (s *Server) encode(q *timeslot.Query, a *search.Answer) []byte {
	enc := s.encoder(q, a)
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
		enc.offer(a.NextAvailable)
	}
	e.ObjEnd()
	return e.Bytes()
}

func (s *Server) encoder(q *timeslot.Query, a *search.Answer) *encoder {
	enc := &encoder{links: s.opt.Links, departments: a.Departments}
	if q.Zone != "" {
		enc.zoneName = q.Zone
		enc.zone, _ = time.LoadLocation(q.Zone) // the parser loaded it before
	}
	return enc
}

// encoder writes one answer.
type encoder struct {
	jx.Encoder
	links       LinkOptions
	departments map[string]*timeslot.DepartmentView
	zone        *time.Location // nil: each slot's own offset
	zoneName    string
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

func (e *encoder) tri(name string, t timeslot.Tri) {
	if t != timeslot.Unknown {
		e.FieldStart(name)
		e.Bool(t == timeslot.Yes)
	}
}

// miles writes a distance with two decimals, unless it is unknown.
func (e *encoder) miles(name string, d float64) {
	if d >= 0 {
		e.FieldStart(name)
		e.Float64(math.Round(d*100) / 100)
	}
}

func (e *encoder) offers(name string, offers []timeslot.Offer) {
	e.FieldStart(name)
	e.ArrStart()
	for i := range offers {
		e.offer(&offers[i])
	}
	e.ArrEnd()
}

func (e *encoder) offer(o *timeslot.Offer) {
	sch := o.Schedule
	identity := o.Identity()
	department := e.departments[sch.DepartmentKey()]
	urlName := ""
	if department != nil {
		urlName = department.URLName
	}
	e.ObjStart()
	e.FieldStart("id")
	e.ByteStr(identity.AppendPublicID(e.scratch[:0]))
	e.start(o)
	e.required("ehrInstance", sch.EHRInstance)
	e.required("departmentId", sch.DepartmentID)
	e.required("departmentIdentifier", sch.DepartmentKey())
	e.text("departmentUrlName", urlName)
	e.required("npi", sch.NPI)
	e.required("visitTypeId", sch.VisitTypeID)
	e.required("visitTypeName", sch.VisitTypeName)
	e.text("visitTypeTitle", sch.VisitTypeTitle)
	e.text("modality", string(sch.Modality))
	e.tri("forNewPatient", sch.ForNewPatient)
	e.tri("forEstablishedPatient", sch.ForEstablishedPatient)
	e.miles("distance", o.Distance)
	e.FieldStart("sources")
	e.ArrStart()
	for _, source := range o.Sources.Sources() {
		e.Str(string(source))
	}
	e.ArrEnd()
	e.booking(o, urlName)
	e.score(o.Score)
	e.ObjEnd()
}

// start writes when the slot begins, in the zone of the answer or else the department's.
func (e *encoder) start(o *timeslot.Offer) {
	at, zone := time.Unix(o.Start, 0), o.Schedule.Timezone
	if e.zone != nil {
		at, zone = at.In(e.zone), e.zoneName
	} else {
		at = at.In(time.FixedZone("", int(o.Offset)*60))
	}
	e.FieldStart("slotDateTime")
	e.ByteStr(at.AppendFormat(e.scratch[:0], wireTime))
	e.FieldStart("duration")
	e.Int(int(o.Duration))
	e.required("timezone", zone)
}

// booking says honestly how the slot can be booked (INTERFACE §3.1, booking.flow).
func (e *encoder) booking(o *timeslot.Offer, urlName string) {
	flow, slotID, providerID := "none", "", ""
	link := e.links.retail(o, urlName)
	switch {
	case o.Schedule.Bookable == timeslot.No:
		link = ""
	case o.RetailSlotID != "":
		flow, slotID, providerID = "retail", o.RetailSlotID, o.RetailProviderID
	case o.ProviderSlotID != "":
		flow, slotID, providerID = "provider", o.ProviderSlotID, ""
	case link != "":
		flow = "handoff"
	}
	e.FieldStart("booking")
	e.ObjStart()
	e.FieldStart("flow")
	e.Str(flow)
	e.text("slotId", slotID)
	e.text("providerId", providerID)
	e.text("url", link)
	e.ObjEnd()
}

func (e *encoder) score(s *timeslot.Score) {
	if s == nil {
		return
	}
	e.FieldStart("score")
	e.ObjStart()
	for _, part := range [...]struct {
		name  string
		value float64
	}{{"total", s.Total}, {"wait", s.Wait}, {"distance", s.Distance}, {"bookable", s.Bookable}, {"spread", s.Spread}} {
		e.FieldStart(part.name)
		e.Float64(math.Round(part.value*1e4) / 1e4)
	}
	e.ObjEnd()
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
		e.required("timezone", d.Timezone)
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
