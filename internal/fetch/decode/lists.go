package decode

import "timeslots/internal/timeslot"

// lists is the directory, and other lists that change as rarely.
var lists = Upstream{Source: timeslot.Directory, Place: listPlace, parser: listParser}

func listPlace(key *timeslot.FragmentKey) Place {
	switch key.Operation {
	case timeslot.OpDepartments:
		return public(key, "departments")
	case timeslot.OpDepartmentInfo:
		if key.Version == 1 {
			return public(key, "departments", key.Department)
		}
		return public(key, "departments", key.Department, "departmentInfo")
	case timeslot.OpProviders:
		return public(key, "providers")
	case timeslot.OpProviderInfo:
		return public(key, "providers", key.NPI)
	case timeslot.OpMaxLookahead:
		return public(key, "lookups", "maxLookaheadDays")
	case timeslot.OpSuffixes:
		return public(key, "suffixes")
	case timeslot.OpValidation:
		return public(key, "validationConfigs")
	case timeslot.OpVisitSettings:
		return public(key, "blisseyconfigs")
	case timeslot.OpInsurers:
		return Place{Visit, BookingKey, []string{"api", version(key), "brand", key.Item, "insuranceissuers"}}
	case timeslot.OpCancelReasons:
		return visit(key, "visits", "retail", "cancel", "reasons", key.Item)
	case timeslot.OpAssignmentQualifiers:
		return visit(key, "assignmentqualifiers")
	default:
		return visit(key, "modalities")
	}
}

func listParser(key *timeslot.FragmentKey) func(*builder) error {
	switch key.Operation {
	case timeslot.OpDepartments:
		return (*builder).departments
	case timeslot.OpDepartmentInfo:
		return (*builder).departmentInfo
	case timeslot.OpProviderInfo:
		return (*builder).providerInfo
	default:
		return nil
	}
}
