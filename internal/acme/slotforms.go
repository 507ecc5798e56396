package acme

// The bodies of posted reads (docs/dexcare.md §5.4, §6.2, §6.3).

// areaMembers are what all Care Options bodies but the replay may have.
var areaMembers = members{
	"clinicTypes": list(text(0)), "departmentIds": list(text(0)), "ehrInstances": list(text(0)),
	"gender": text(0), "specialty": text(0), "radius": integer(1, maxRadius),
	"patient": object("patientId patientIdType ehrInstance", each("patientId patientIdType ehrInstance", text(0))),
}

var (
	pointMembers = members{"latitude": number(-90, 90), "longitude": number(-180, 180)}
	zipMembers   = members{"postalCode": text(0)}
	slotsMembers = members{
		"clinicianNPIs": list(text(0)), "startDate": text(0), "endDate": text(0), "visitTypeNames": listOfAtLeastOne(text(0)),
		"newOrEstablishedPatient": word("newPatient establishedPatient bothNewAndEstablishedPatient"),
	}
	providersMembers = members{"sortBy": word("nextAvailable mostAvailable"), "visitTypeNames": list(text(0))}
)

// slotsBody is the body of a search for slots: exactly one way of saying where, or a search context.
var slotsBody = oneOf(
	object("latitude longitude visitTypeNames", areaMembers, slotsMembers, pointMembers),
	object("departmentIds visitTypeNames", areaMembers, slotsMembers, pointMembers, zipMembers),
	object("postalCode visitTypeNames", areaMembers, slotsMembers, zipMembers),
	object("searchContext", members{"searchContext": text(0)}),
)

// providersBody is the body of a search for clinicians.
var providersBody = oneOf(
	object("latitude longitude", areaMembers, providersMembers, pointMembers),
	object("departmentIds", areaMembers, providersMembers, pointMembers, zipMembers),
	object("postalCode", areaMembers, providersMembers, zipMembers),
)

var searchForm = closedObject("criteriaItems", members{
	"startDate": text(0), "endDate": text(0), "visitTypeNames": list(text(0)),
	"criteriaItems": listOfAtLeastOne(closedObject("npi", each("npi ehrInstance departmentId", text(0)))),
})
