package acme

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"timeslots/internal/acme/world"
)

const reportPath = "/api/8/reporting/allvisitsreport"

func TestAReportIsStartedAwaitedAndFetched(t *testing.T) {
	c := clockAt(Monday)
	tenant := newTenant(t, func(o *Options) { o.Now = c.now })
	slots := retailSlots(t, tenant)
	post(t, tenant, retailPath, retailBody(t, "A", slots[0]))
	primary := at(get(t, tenant, "/v4/providers/9000000017/timeslots"), "scheduleDays", 1, "timeSlots", 0)
	post(t, tenant, providerPath, providerBody(t, "B", primary))
	call(tenant, "POST", "/api/9/visits", sample(t, "visits.v9.request.json"))
	for body, want := range map[string]int{
		`{"type":"retail"}`: 1, `{"type":"provider_booking"}`: 1, `{"type":"virtual"}`: 1,
		`{"type":"virtual","startDate":"2030-03-05","endDate":"2030-03-06"}`: 0, `{"type":"retail","startDate":"2030-03-04","endDate":"2030-03-04"}`: 1,
	} {
		id := at(post(t, tenant, reportPath, body), "id").(string)
		path := reportPath + "/" + id
		if at(get(t, tenant, path), "status") != "inprogress" || call(tenant, "GET", path+"/download", nil).Code != 404 {
			t.Errorf("%s is ready at once", body)
		}
		c.advance(2 * time.Second)
		w := call(tenant, "GET", path+"/download", nil)
		rows, err := csv.NewReader(w.Body).ReadAll()
		if at(get(t, tenant, path), "status") != "complete" || err != nil || len(rows) != 1+want || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") {
			t.Errorf("%s: %d rows, %v, %s", body, len(rows), err, w.Header())
		}
	}
}

func TestReportsAreRefusedForBadBodies(t *testing.T) {
	tenant := newTenant(t)
	for _, body := range []string{
		`{}`, `{"type":"all"}`, `{"type":"retail","startDate":"2030-03-04"}`, `{"type":"retail","endDate":"2030-03-04"}`,
		`{"type":"retail","startDate":"4.3.","endDate":"5.3."}`,
	} {
		if w := call(tenant, "POST", reportPath, body); w.Code != 400 {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	statuses(t, tenant, map[string]int{reportPath + "/1": 404})
}

func TestTheProvidersReportListsEveryHome(t *testing.T) {
	w := call(newTenant(t), "GET", "/v1/reporting/providerhistories", nil)
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) <= 241 || rows[1][0] != world.NPI(1) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}
