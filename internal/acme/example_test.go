package acme_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"timeslots/internal/acme"
)

// A tenant is a handler: one address serves all four bases.
func ExampleNew() {
	now := time.Date(2030, 3, 4, 17, 0, 0, 0, time.UTC)
	tenant, err := acme.New(acme.Options{Seed: 1, Now: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(tenant)
	defer server.Close()

	response, err := http.Get(server.URL + "/v2/departments/AcmeRiverton/timeslots?visitTypeName=Illness")
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = response.Body.Close()
	fmt.Println(response.Status, tenant.Calls()["care-direct"].Calls, tenant.NPIs()[0])
	// Output: 200 OK 1 9000000017
}
