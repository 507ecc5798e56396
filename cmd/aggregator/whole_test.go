package main

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"timeslots/test/rig/figure"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" { // see process_test.go
		main()
	}
	code := m.Run()
	if code == 0 {
		if err := goroutinesEnd(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// goroutinesEnd waits for all goroutines to end. goleak by itself gives them about a second, which is not enough for a
// client of a Redis that is away, nor on a machine that is busy.
func goroutinesEnd(but ...goleak.Option) error {
	for deadline := time.Now().Add(hanging); ; {
		if err := goleak.Find(but...); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

// aClinician has a practice of her own at the simulator.
const aClinician = "9000000017"

const area = "/v1/timeslots?latitude=47.61&longitude=-122.33&radius=25&visitTypeName=Illness"

func TestTheDemoAnswersForAClinicianAClinicAndAnArea(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	visitType := get(t, demo.public+"/v1/timeslots?npi="+aClinician).answer(t).Timeslots[0].VisitTypeName
	clinician := get(t, demo.public+"/v1/timeslots?npi="+aClinician+"&visitTypeName="+visitType).answer(t)
	if clinician.Total == 0 || !clinician.Complete {
		t.Errorf("clinician: %d slots, complete %v", clinician.Total, clinician.Complete)
	}
	for _, slot := range clinician.Timeslots {
		if slot.NPI != aClinician || slot.VisitTypeName != visitType || !slices.Equal(slot.Sources, []string{"providerDirect"}) || slot.Booking.SlotID == "" {
			t.Fatalf("clinician: %+v", slot)
		}
	}
	if clinician.Providers[aClinician].Name == "" {
		t.Errorf("clinician: nobody knows her name: %+v", clinician.Providers)
	}

	clinic := get(t, demo.public+"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=illness&limit=5").answer(t)
	if len(clinic.Timeslots) != 5 || clinic.Total <= 5 {
		t.Errorf("clinic: %d of %d slots, want a page of five", len(clinic.Timeslots), clinic.Total)
	}
	for _, slot := range clinic.Timeslots {
		if slot.DepartmentURLName != "AcmeRiverton" || slot.VisitTypeName != "Illness" || slot.Booking.Flow != "retail" {
			t.Errorf("clinic: %+v", slot)
		}
	}

	around := get(t, demo.public+area+"&sort=nearest&limit=500").answer(t)
	if around.Total == 0 || !around.Complete {
		t.Fatalf("area: %d slots, complete %v, %+v", around.Total, around.Complete, around.Sources)
	}
	last := -1.0
	for _, slot := range around.Timeslots {
		if slot.Distance == nil || *slot.Distance > 25 || *slot.Distance < last {
			t.Fatalf("area: slot out of order or out of reach: %+v after %v miles", slot, last)
		}
		last = *slot.Distance
	}
}

func TestABookedSlotIsGoneFromEveryAnswerAtOnceAndIsSoldOnce(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	offers := get(t, demo.public+"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&limit=500").answer(t)
	get(t, demo.public+area) // a second answer that lists the slot, in the cache
	slot := offers.Timeslots[len(offers.Timeslots)/2]
	if r := call(t, http.MethodPost, demo.public+retail, slot.booking(), "Content-Type", "application/json"); r.status != http.StatusUnauthorized {
		t.Errorf("without a token: %d %s", r.status, r.body)
	}
	if r := slot.booked(t, demo.public); !strings.Contains(string(r.body), "visitId") || r.header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("booking: %v %s", r.header, r.body)
	}
	for _, target := range []string{"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&limit=500", area + "&limit=500"} {
		for _, other := range get(t, demo.public+target).answer(t).Timeslots {
			if other.ID == slot.ID || other.Booking.SlotID == slot.Booking.SlotID {
				t.Errorf("%s still offers the slot", target)
			}
		}
	}
	late := book(t, demo.public, slot.booking(), "patient-2")
	if late.status != http.StatusConflict || !strings.Contains(string(late.body), "SlotUnavailable") {
		t.Errorf("the second buyer: %d %s", late.status, late.body)
	}
	if n := calls(t, demo.simulator(t))["retail-booking"]; n != 2 {
		t.Errorf("upstream saw %d bookings, want the two that were sent", n)
	}
	counted(t, demo.admin, `aggregator_bookings_total{flow="retail",outcome="booked",product="default"} 1`,
		`aggregator_bookings_total{flow="retail",outcome="slot_unavailable",product="default"} 1`, `aggregator_tombstones 1`)
}

func TestMetricsHealthAndReadinessAreOnTheAdminListenerOnly(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	get(t, demo.public+area+"&product=flushot")
	get(t, demo.public+area+"&product=made-up")
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200} {
		if r := get(t, demo.admin+path); r.status != want {
			t.Errorf("admin %s: %d", path, r.status)
		}
		if r := get(t, demo.public+path); r.status != http.StatusNotFound {
			t.Errorf("public %s: %d, want 404", path, r.status)
		}
	}
	metrics := counted(t, demo.admin,
		`aggregator_http_request_duration_seconds_count{cache="miss",code="200",product="flushot",route="/v1/timeslots"} 1`,
		`product="other"`, `aggregator_breaker_state{operation="availability_slots",source="careOptions"} 0`,
		`aggregator_upstream_request_duration_seconds_count{operation="availability_slots",outcome="ok",source="careOptions"}`,
		`aggregator_cache_lookups_total{result="miss",tier="memory"}`, `aggregator_cache_lookups_total{result="miss",tier="response"}`,
		`aggregator_build_info{`,
	)
	if strings.Contains(metrics, "made-up") {
		t.Error("a product that is not configured became a label")
	}
	if code := run(program{stdout: newConsole(), stderr: newConsole()}, []string{"probe", "--admin", strings.TrimPrefix(demo.admin, "http://")}); code != exitDone {
		t.Errorf("probe: exit code %d", code)
	}
}

func TestSIGTERMLetsRequestsFinish(t *testing.T) {
	figure.Beside(t)
	service, upstream := startGated(t, "/v2/departments/", "shutdown: {grace: 5m}\n")
	status := make(chan int)
	go func() {
		r, err := send(t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, http.MethodGet, service.public+hotClinic, "")
		if err != nil {
			t.Error(err)
		}
		status <- r.status
	}()
	eventually(t, "the request arriving upstream", func() bool { return upstream.held.Load() > 0 })
	service.stop()
	eventually(t, "the end beginning", func() bool { return get(t, service.admin+"/readyz").status == http.StatusServiceUnavailable })
	upstream.open()
	if got := <-status; got != http.StatusOK {
		t.Errorf("the request in flight got %d", got)
	}
	if code := service.end(t); code != exitDone {
		t.Errorf("exit code %d", code)
	}
}

func TestTrafficKeepsTheDemoAlive(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t, "--traffic", "200")
	count := regexp.MustCompile(`aggregator_http_request_duration_seconds_count\{[^}]*\} (\d+)`)
	eventually(t, "fifty requests", func() bool {
		sum := 0
		for _, series := range count.FindAllStringSubmatch(string(get(t, demo.admin+"/metrics").body), -1) {
			n, _ := strconv.Atoi(series[1])
			sum += n
		}
		return sum >= 50
	})
}
