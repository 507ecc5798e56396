package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

type slot struct {
	ID, EHRInstance, DepartmentID string
	Booking                       struct{ Flow, SlotID, ProviderID string }
}

// offers are the slots of one clinic of the simulated tenant, in a replica's words.
func (f *fleet) offers(ctx context.Context, replica string) ([]slot, error) {
	var a struct {
		Complete  bool
		Timeslots []slot
	}
	address := f.at(replica, "8080") + "/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&limit=500"
	if err := getJSON(ctx, address, &a); err != nil {
		return nil, err
	}
	if !a.Complete || len(a.Timeslots) == 0 {
		return nil, fmt.Errorf("GET %s: wanted a complete answer with slots, came complete %v with %d", address, a.Complete, len(a.Timeslots))
	}
	return a.Timeslots, nil
}

func (f *fleet) answers(ctx context.Context) (string, error) {
	var seen []string
	for _, replica := range replicas {
		if err := until(ctx, time.Second, ready, func(ctx context.Context) error {
			slots, err := f.offers(ctx, replica)
			if err == nil {
				seen = append(seen, fmt.Sprintf("%s with %d slots", replica, len(slots)))
			}
			return err
		}); err != nil {
			return "", err
		}
	}
	return strings.Join(seen, ", "), nil
}

// book takes a slot that both replicas offer.
func (f *fleet) book(ctx context.Context) (string, error) {
	slots, err := f.offers(ctx, replicas[0])
	if err != nil {
		return "", err
	}
	chosen := slots[len(slots)/2]
	if err := f.wantOffered(ctx, replicas[1], chosen.ID, true); err != nil {
		return "", err
	}
	type object map[string]any
	body, err := json.Marshal(object{
		"patient": object{"identifier": "44444444-aaaa-4bbb-8ccc-000000000901"},
		"visitDetails": object{
			"ehrSystemName": chosen.EHRInstance, "departmentId": chosen.DepartmentID, "visitReason": "Sore throat", "declaration": "self",
			"slotId": chosen.Booking.SlotID, "providerId": chosen.Booking.ProviderID,
		},
		"registrationModules": object{"documentSigning": []string{}},
	})
	if err != nil {
		return "", err
	}
	a, err := ask(ctx, http.MethodPost, f.at(replicas[0], "8080")+"/dexcare/api/6/visits/retail", body,
		"Content-Type", "application/json", "Authorization", "Bearer patient-1")
	if err != nil || a.status/100 != 2 || !strings.Contains(string(a.body), "visitId") {
		return "", errors.Join(fmt.Errorf("wanted a visit, came %v", a), err)
	}
	f.sold = chosen.ID
	return fmt.Sprintf("%s, status %d", f.sold, a.status), nil
}

func (f *fleet) wantOffered(ctx context.Context, replica, id string, want bool) error {
	slots, err := f.offers(ctx, replica)
	if err != nil {
		return err
	}
	if is := slices.ContainsFunc(slots, func(s slot) bool { return s.ID == id }); is != want {
		return fmt.Errorf("%s offers %s: wanted %v, came %v", replica, id, want, is)
	}
	return nil
}

// gone wants the other replica to know within two seconds; how long it took is told.
func (f *fleet) gone(ctx context.Context) (string, error) {
	began := time.Now()
	err := until(ctx, 20*time.Millisecond, 2*time.Second, func(ctx context.Context) error { return f.wantOffered(ctx, replicas[1], f.sold, false) })
	return fmt.Sprintf("after %d ms", time.Since(began).Milliseconds()), err
}
