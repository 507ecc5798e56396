package visits

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"timeslots/internal/acme/form"
	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// maxDeleted bounds the memory of deleted accounts; all else about a patient follows from the token (docs/dexcare.md §7.8).
const maxDeleted = 10_000

// patient is the patient of the token.
func (h *Handlers) patient(q *wire.Request) wire.Answer {
	if _, gone := h.deleted.find(q.Owner()); gone {
		return wire.ErrorOnly(http.StatusNotFound, "Patient not found")
	}
	return wire.JSON(http.StatusOK, h.describePatient(h.patientHash(q.Token())))
}

func (h *Handlers) patientHash(who string) uint64 {
	return world.Hash(h.Options.Seed, world.SaltPatient, world.HashText(who))
}

// describePatient is a patient with what the EHR instances know.
func (h *Handlers) describePatient(n uint64) json.RawMessage {
	system := h.EHRs[0].System
	record := wire.Object("system", system, "value", fmt.Sprintf("MRN-%04d", n%10_000), "type", "mrn")
	home := h.Departments[0].Address
	home.Line1, home.Line2 = fmt.Sprintf("%d %s", 1+n%900, world.Street(n)), "Suite 1"
	first, last := world.PersonName(n)
	link := wire.Object("identifiers", []json.RawMessage{record, wire.Object("system", system, "type", "FHIR")},
		"name", wire.Object("use", "official", "family", last, "given", first, "middle", nil, "prefix", nil, "suffix", nil),
		"birthdate", fmt.Sprintf("%d-%02d-%02d", 1940+n%70, 1+n>>8%12, 1+n>>16%28), "gender", [...]string{"Female", "Male", "Other"}[n%3],
		"ssn", fmt.Sprintf("%04d", world.Mix(n)%10_000), "email", fmt.Sprintf("patient-%04d@example.org", n%10_000),
		"addresses", []world.Address{home}, "homePhone", fmt.Sprintf("206-555-%04d", n%10_000), "mobilePhone", nil, "workPhone", nil)
	return wire.Object("id", world.UUID(n), "identifiers", []json.RawMessage{record}, "links", []json.RawMessage{link})
}

// demographicsForm is the body of finding or creating a patient. There is no schema: it wants what identifies one.
var demographicsForm = form.Object("name birthdate gender", form.Each("gender email ssn", form.Text(0)), form.Members{
	"name": form.Object("family given", form.Each("family given", form.Text(0))), "birthdate": birthForm,
	"addresses":   form.List(form.Object("", form.Each("line1 city state postalCode", form.Text(0)))),
	"identifiers": form.List(form.Object("system", form.Members{"system": form.Text(0), "value": form.NullableText(0)})),
})

// findSelf finds or creates the token's own patient.
func (h *Handlers) findSelf(q *wire.Request, _ struct{}) wire.Answer {
	h.deleted.remove(q.Owner())
	return h.found(q.Token())
}

// person is what makes two demographics the same person.
type person struct {
	Name struct {
		Family string `json:"family"`
		Given  string `json:"given"`
	} `json:"name"`
	Birthdate string `json:"birthdate"`
}

// findOther finds or creates somebody whom the token's patient speaks for: the same person, the same id.
func (h *Handlers) findOther(q *wire.Request, who person) wire.Answer {
	identity, _ := json.Marshal(who) // strings only
	return h.found(q.Token() + string(identity))
}

func (h *Handlers) found(who string) wire.Answer {
	return wire.JSON(http.StatusOK, wire.Object("patientGuid", world.UUID(h.patientHash(who))))
}

func (h *Handlers) deletePatient(q *wire.Request) wire.Answer {
	h.deleted.add(q.Owner(), struct{}{})
	return wire.Text(http.StatusOK, "text/plain; charset=utf-8", "Patient account deleted")
}

func (h *Handlers) suffixes(*wire.Request) wire.Answer {
	return wire.JSON(http.StatusOK, []string{"Jr.", "Sr.", "II", "III", "IV", "Esq."})
}

// memory remembers values by their ids, so many at most: the oldest are forgotten first.
type memory[ID comparable, T any] struct {
	most  int
	mu    sync.Mutex
	byID  map[ID]*T
	order []ID
}

func newMemory[ID comparable, T any](most int) *memory[ID, T] {
	return &memory[ID, T]{most: most, byID: map[ID]*T{}}
}

// add remembers one more value, or another under an id that is known.
func (m *memory[ID, T]) add(id ID, v T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byID[id] == nil {
		m.order = append(m.order, id)
	}
	m.byID[id] = &v
	if len(m.order) > m.most {
		delete(m.byID, m.order[0])
		m.order = m.order[1:]
	}
}

func (m *memory[ID, T]) remove(id ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.byID, id)
	m.order = slices.DeleteFunc(m.order, func(known ID) bool { return known == id })
}

// find copies the value as it is now.
func (m *memory[ID, T]) find(id ID) (v T, ok bool) {
	m.change(id, func(known *T) { v, ok = *known, true })
	return v, ok
}

// change lets do change the value, if it is known.
func (m *memory[ID, T]) change(id ID, do func(*T)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v := m.byID[id]; v != nil {
		do(v)
	}
}

// all copies all values, oldest first.
func (m *memory[ID, T]) all() []T {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]T, len(m.order))
	for i, id := range m.order {
		out[i] = *m.byID[id]
	}
	return out
}
