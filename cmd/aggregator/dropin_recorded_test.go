package main

import (
	"fmt"
	"strings"
	"time"
)

// recorded is every cached read, with ordinary and odd parameters. Days is replaced by dates of this week.
var recorded = []request{
	{"GET", "/v1/departments", ""},
	{"GET", "/v4/departments", ""},
	{"GET", "/v4/departments?clinicType=Retail", ""},
	{"GET", "/v4/departments?clinicType=Virtual", ""},
	{"GET", "/v4/departments?brand=Acme&onlyActive=false", ""},
	{"GET", "/v4/departments?onlyActive=false&brand=Acme&product=findadoctor", ""},
	{"GET", "/v4/departments?brand=Nobody", ""},
	{"GET", "/v4/departments/AcmeRiverton/departmentInfo", ""},
	{"GET", "/v4/departments/AcmeRiverton/departmentInfo?withProviders=true", ""},
	{"GET", "/v4/departments/org.acme.ehr.main%7C4100200300/departmentInfo?byId=true", ""},
	{"GET", "/v4/departments/NoSuchPlace/departmentInfo", ""},
	{"GET", "/v2/departments/AcmeRiverton/timeslots?visitTypeName=Illness", ""},
	{"GET", "/v2/departments/AcmeRiverton/timeslots?visitTypeName=Wellness&product=findadoctor", ""},
	{"GET", "/v1/departments/AcmeRiverton/timeslots?visitTypeName=Illness", ""},
	{"GET", "/v2/departments/AcmeRiverton/timeslots", ""},
	{"GET", "/v2/departments/AcmeRivertonFluShot/timeslots?visitTypeName=FluShot", ""},
	{"GET", "/v2/departments/NoSuchPlace/timeslots?visitTypeName=Illness", ""},
	{"GET", "/v2/departments/AcmeRiverton/timeslots?visitTypeName=NoSuchVisit", ""},
	{"GET", "/v1/providers", ""},
	{"GET", "/v1/providers?excludeInactive=false", ""},
	{"GET", "/v1/providers?acceptingNewPatients=true&excludeInactive=true", ""},
	{"GET", "/v1/providers/9000000017", ""},
	{"GET", "/v1/providers/org.acme.ehr.main%7C9000000017", ""},
	{"GET", "/v1/providers/9999999999", ""},
	{"GET", "/v4/providers/9000000017/timeslots", ""},
	{"GET", "/v4/providers/9000000017/timeslots?visitType=FollowUp", ""},
	{"GET", "/v4/providers/9000000017/timeslots?visitType=FollowUp&startDate={1}&endDate={8}", ""},
	{"GET", "/v4/providers/9000000017/timeslots?visitType=NewPatient&startDate={1}&endDate={3}&departmentId=4100200410&ehrSystemName=org.acme.ehr.main", ""},
	{"GET", "/v4/providers/9999999999/timeslots?visitType=FollowUp", ""},
	{"GET", "/v5/providers/9000000017/timeslots", ""},
	{"GET", "/v5/providers/9000000017/timeslots?startDate={1}&endDate={8}", ""},
	{"GET", "/v5/providers/9000000017/timeslots?endDate={8}&startDate={1}", ""},
	{"GET", "/v5/providers/9000000017/timeslots?startDate={1}T08:00:00-08:00&endDate={3}T18:00:00Z", ""},
	{"GET", "/v5/providers/9000000017/timeslots?daysOfSlots=2", ""},
	{"GET", "/v5/providers/9000000017/timeslots?daysOfSlots=3&startDate={4}", ""},
	{"GET", "/v5/providers/9000000017/timeslots?visitTypeName=FollowUp&visitTypeName=NewPatient", ""},
	{"GET", "/v5/providers/9000000017/timeslots?visitTypeEmrId=7203", ""},
	{"GET", "/v5/providers/9000000017/timeslots?newOrEstablishedPatient=newPatient", ""},
	{"GET", "/v5/providers/9000000017/timeslots?departmentEmrId=4100200410&departmentEmrSystemId=org.acme.ehr.main", ""},
	{"GET", "/v5/providers/9000000017/timeslots?startDate={200}&endDate={210}", ""},
	{"GET", "/v5/providers/9999999999/timeslots", ""},
	{"POST", "/v5/slots/search", `{"criteriaItems":[{"npi":"9000000017"}]}`},
	{"POST", "/v5/slots/search", `{"startDate":"{1}","endDate":"{8}","visitTypeNames":["NewPatient","FollowUp"],"criteriaItems":[{"npi":"9000000017"},{"npi":"9000000025","ehrInstance":"org.acme.ehr.main"}]}`},
	{"POST", "/v5/slots/search", `{"criteriaItems":[{"npi":"9000000108","ehrInstance":"org.acme.ehr.main","departmentId":"4100200300"}],"startDate":"{1}"}`},
	{"POST", "/v5/slots/search", `{"criteriaItems":[{"npi":"9999999999"}]}`},
	{"GET", "/v2/lookups/maxLookaheadDays", ""},
	{"GET", "/v2/lookups/maxLookaheadDays?visitTypeName=FollowUp&epicInstanceName=org.acme.ehr.main", ""},
	{"GET", "/v1/availability/slots?latitude=47.61&longitude=-122.33&daysOfSlots=2", ""},
	{"GET", "/v1/availability/slots?latitude=47.610&longitude=-122.330&daysOfSlots=2&radius=5&visitTypeNames=FluShot", ""},
	{"GET", "/v1/availability/slots?postalCode=98000&daysOfSlots=1&visitTypeNames=illness,WELLNESS", ""},
	{"GET", "/v1/availability/slots?departmentEmrIds=4100200300&ehrInstances=org.acme.ehr.main&daysOfSlots=3", ""},
	{"GET", "/v1/availability/slots?npis=9000000017,9000000025&daysOfSlots=2&userTimezone=America/New_York", ""},
	{"GET", "/v1/availability/slots?latitude=47.61&longitude=-122.33&daysOfSlots=1&gender=F&clinicTypes=primary%20care&newOrEstablishedPatient=establishedPatient", ""},
	{"GET", "/v1/availability/slots?latitude=47.61&longitude=-122.33&daysOfSlots=1&startDate={2}&endDate={4}&specialty=Family%20Medicine", ""},
	{"GET", "/v1/availability/slots?latitude=0&longitude=0&daysOfSlots=1", ""},
	{"POST", "/v1/availability/slots", `{"latitude":47.61,"longitude":-122.33,"visitTypeNames":["FluShot"],"radius":5}`},
	{"POST", "/v1/availability/slots", `{"postalCode":"98000","visitTypeNames":["Wellness","Illness"]}`},
	{"POST", "/v1/availability/slots", `{"departmentIds":["4100200300"],"visitTypeNames":["Illness"],"ehrInstances":["org.acme.ehr.main"]}`},
	{"POST", "/v1/availability/providers", `{"latitude":47.61,"longitude":-122.33,"visitTypeNames":["FollowUp"],"sortBy":"nextAvailable"}`},
	{"POST", "/v1/availability/providers", `{"postalCode":"98000"}`},
	{"POST", "/v1/availability/slots", `{"postalCode":"98000","radius":10,"visitTypeNames":["FollowUp"],"startDate":"{1}T16:21:07.483Z","endDate":"{8}T07:59:59.999Z","clinicType":["Retail"]}`},
	{"GET", "/v1/suffixes", ""},
	{"GET", "/api/7/visits/retail/cancel/reasons/acme", ""},
	{"GET", "/api/9/regions/waittimes", ""},
	{"GET", "/api/9/regions/waittimes?regionCodes=WA&visitTypeNames=virtual", ""},
	{"GET", "/api/9/regions/WA/waittimes", ""},
	{"GET", "/api/9/regions/waittimes?regionCodes%5B%5D=WA&regionCodes[]=OR&visitTypeNames[]=phone&includeSpecialties=true", ""},
	{"GET", "/api/9/regions/waittimes?regionCodes=OR&regionCodes=WA", ""},
	{"GET", "/api/9/regions/WA/waittimes?assignmentQualifiers%5B%5D=adult&includeSpecialties=false&homeMarket=North%20%26%20West", ""},
	{"GET", "/api/9/regions/WA/waittimes?assignmentQualifiers=Behavioral+Health", ""},
	{"GET", "/api/9/practices/66666666-aaaa-4bbb-8ccc-000000000600", ""},
	{"GET", "/api/v2/brand/acme/insuranceissuers", ""},
	{"GET", "/api/v2/brand/St.%20Mary's%20%26%20Co/insuranceissuers", ""},
	{"GET", "/v1/validationConfigs", ""},
	{"GET", "/v1/statuspage", ""},
	{"GET", "/v2/blisseyconfigs", ""},
	{"GET", "/v1/departments/AcmeRiverton", ""},
	{"GET", "/v1/departments/org.acme.ehr.main%7C4100200300?byId=true", ""},
	{"GET", "/api/9/assignmentqualifiers", ""},
	{"GET", "/api/9/assignmentqualifiers?archived=true", ""},
	{"GET", "/api/9/modalities", ""},
	{"GET", "/api/9/modalities?archived=false", ""},
}

// dated puts days from today in place of {n}.
func (r request) dated() request {
	for _, n := range []int{1, 2, 3, 4, 8, 200, 210} {
		day := time.Now().AddDate(0, 0, n).Format(time.DateOnly)
		placeholder := fmt.Sprintf("{%d}", n)
		r.path, r.body = strings.ReplaceAll(r.path, placeholder, day), strings.ReplaceAll(r.body, placeholder, day)
	}
	return r
}
