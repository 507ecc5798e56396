package acme

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tidyCalls are answers of every surface that a switch changes.
var tidyCalls = []exchange{
	{"GET", "/v1/departments", nil, 200}, {"GET", "/v4/departments?clinicType=Primary+Care", nil, 200},
	{"GET", "/v4/departments/AcmeRiverton/departmentInfo?withProviders=true", nil, 200},
	{"GET", "/v1/departments/AcmePortlandFluShot", nil, 200}, {"GET", "/v1/providers", nil, 200},
	{"GET", "/v1/providers/9000000025", nil, 200}, {"GET", "/v1/providers/9000000041", nil, 200},
	{"GET", "/v2/departments/AcmeRivertonFluShot/timeslots?visitTypeName=FluShot", nil, 200},
	{"GET", "/v2/departments/AcmeRiverton/timeslots", nil, 200},
	{"GET", "/v2/departments/AcmeRivertonPrimaryCare/timeslots?visitTypeName=FollowUp", nil, 200},
	{"GET", "/v4/providers/9000000017/timeslots", nil, 200}, {"GET", "/v4/providers/9000000108/timeslots", nil, 200},
	{"GET", "/v5/providers/9000000017/timeslots?daysOfSlots=3", nil, 200}, {"GET", "/v5/providers/9000000041/timeslots", nil, 200},
	{"GET", "/v5/providers/9000000017/timeslots?visitTypeName=None", nil, 200},
	{"POST", "/v5/slots/search", []byte(`{"criteriaItems":[{"npi":"9000000017"},{"npi":"9000000108"}]}`), 200},
	{"GET", "/v1/availability/slots?latitude=47.61&longitude=-122.33&daysOfSlots=2", nil, 200},
	{"GET", "/v1/availability/slots?postalCode=10000&daysOfSlots=5&userTimezone=Asia/Tokyo", nil, 200},
	{"POST", "/v1/availability/slots", []byte(`{"postalCode":"98000","visitTypeNames":["Illness","FollowUp","NewPatient"],"endDate":"2030-03-08"}`), 200},
	{"POST", "/v1/availability/providers", []byte(`{"postalCode":"85000"}`), 200},
	{"GET", "/v2/lookups/maxLookaheadDays", nil, 200}, {"GET", "/_acme/directory", nil, 200},
}

// The digests are those of the tenant before it knew any switch. A change to what the simulator says in general writes
// them again: run this test and take what it prints.
func TestATenantWithoutSwitchesIsTheSameByteForByte(t *testing.T) {
	tenant := newTenant(t)
	var got strings.Builder
	for _, c := range tidyCalls {
		w := call(tenant, c.method, c.target, c.body)
		if w.Code != c.status {
			t.Errorf("%s: status %d, want %d", c, w.Code, c.status)
		}
		sum := sha256.Sum256([]byte(fmt.Sprint(w.Header(), w.Body)))
		_, _ = fmt.Fprintf(&got, "%s %s\n", hex.EncodeToString(sum[:8]), c)
	}
	want, err := os.ReadFile(filepath.Join("testdata", "tidy.digests"))
	if err != nil || got.String() != string(want) {
		t.Errorf("%v; the answers are now\n%s", err, got.String())
	}
}
