package acme

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
)

// patients remember who deleted the account; everything else about a patient follows from the token (docs/dexcare.md §7.8).
type patients struct {
	mu      sync.Mutex
	deleted map[[32]byte]bool
}

// maxDeleted bounds the memory of deleted accounts; beyond it all come back.
const maxDeleted = 10_000

func newPatients() *patients { return &patients{deleted: map[[32]byte]bool{}} }

func (p *patients) delete(owner [32]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.deleted) >= maxDeleted {
		clear(p.deleted)
	}
	p.deleted[owner] = true
}

func (p *patients) restore(owner [32]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.deleted, owner)
}

func (p *patients) gone(owner [32]byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.deleted[owner]
}

// patientDoc is a patient with what the EHR instances know.
type patientDoc struct {
	ID          string              `json:"id"`
	Identifiers []patientIdentifier `json:"identifiers"`
	Links       []demographics      `json:"links"`
}

type patientIdentifier struct {
	System string `json:"system"`
	Value  string `json:"value,omitempty"`
	Type   string `json:"type,omitempty"`
}

type demographics struct {
	Identifiers []patientIdentifier `json:"identifiers"`
	Name        patientName         `json:"name"`
	Birthdate   string              `json:"birthdate"`
	Gender      string              `json:"gender"`
	SSN         string              `json:"ssn"`
	Email       string              `json:"email"`
	Addresses   []address           `json:"addresses"`
	HomePhone   string              `json:"homePhone"`
	MobilePhone *string             `json:"mobilePhone"`
	WorkPhone   *string             `json:"workPhone"`
}

type patientName struct {
	Use    string  `json:"use"`
	Family string  `json:"family"`
	Given  string  `json:"given"`
	Middle *string `json:"middle"`
	Prefix *string `json:"prefix"`
	Suffix *string `json:"suffix"`
}

// patient is the patient of the token, whichever way they signed in.
func (h *visitHandlers) patient(q *request) answer {
	if h.patients.gone(q.owner()) {
		return plainError(http.StatusNotFound, "Patient not found")
	}
	return jsonAnswer(http.StatusOK, h.describePatient(h.patientHash(q.token())))
}

func (h *visitHandlers) patientHash(who string) uint64 {
	return hash(h.options.Seed, saltPatient, hashText(who))
}

func (h *visitHandlers) describePatient(n uint64) patientDoc {
	system := h.ehrs[0].system
	record := patientIdentifier{System: system, Value: fmt.Sprintf("MRN-%04d", n%10_000), Type: "mrn"}
	home := h.departments[0].address
	home.Line1, home.Line2 = fmt.Sprintf("%d %s", 1+n%900, street(n)), "Suite 1"
	first, last := personName(n)
	return patientDoc{
		ID: uuid(n), Identifiers: []patientIdentifier{record},
		Links: []demographics{{
			Identifiers: []patientIdentifier{record, {System: system, Type: "FHIR"}},
			Name:        patientName{Use: "official", Family: last, Given: first},
			Birthdate:   fmt.Sprintf("%d-%02d-%02d", 1940+n%70, 1+n>>8%12, 1+n>>16%28),
			Gender:      [...]string{"Female", "Male", "Other"}[n%3], SSN: fmt.Sprintf("%04d", mix(n)%10_000),
			Email:     fmt.Sprintf("patient-%04d@example.org", n%10_000),
			Addresses: []address{home}, HomePhone: fmt.Sprintf("206-555-%04d", n%10_000),
		}},
	}
}

// patientFound is the answer of find-or-create.
type patientFound struct {
	PatientGUID string `json:"patientGuid"`
}

// findSelf finds or creates the token's own patient.
func (h *visitHandlers) findSelf(q *request) answer {
	if _, wrong := readDemographics(q); wrong.found() {
		return plainError(http.StatusBadRequest, wrong.String())
	}
	h.patients.restore(q.owner())
	return jsonAnswer(http.StatusOK, patientFound{uuid(h.patientHash(q.token()))})
}

// findOther finds or creates somebody whom the token's patient speaks for: the same person, the same id.
func (h *visitHandlers) findOther(q *request) answer {
	who, wrong := readDemographics(q)
	if wrong.found() {
		return plainError(http.StatusBadRequest, wrong.String())
	}
	identity, _ := json.Marshal(who) // strings only
	return jsonAnswer(http.StatusOK, patientFound{uuid(h.patientHash(q.token() + string(identity)))})
}

// identifyingData is what makes two demographics the same person.
type identifyingData struct {
	Name struct {
		Family string `json:"family"`
		Given  string `json:"given"`
	} `json:"name"`
	Birthdate string `json:"birthdate"`
}

func readDemographics(q *request) (who identifyingData, wrong misfit) {
	wrong = q.read(&who)
	return who, wrong
}

func (h *visitHandlers) deletePatient(q *request) answer {
	h.patients.delete(q.owner())
	return textAnswer(http.StatusOK, "text/plain; charset=utf-8", "Patient account deleted")
}

// suffixes are those of names.
func (h *visitHandlers) suffixes(*request) answer {
	return jsonAnswer(http.StatusOK, []string{"Jr.", "Sr.", "II", "III", "IV", "Esq."})
}
