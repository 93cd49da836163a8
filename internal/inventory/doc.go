// Package inventory reads and writes the CSV files of providers, sites,
// circuits, their aliases, redundancy groups and grants. It knows the format and its
// traps; what the rows mean beside what is in the store is the store's
// business.
//
// A file is UTF-8, its columns are separated by commas, and its first line
// names them, in any order and without regard to case; blanks and hyphens in a
// name count as underscores. A column that is not known is refused. Columns
// and the other names under which they are read, as exports of Nautobot have
// them:
//
//	providers
//	  name       provider, provider_name
//	  slug       provider_slug
//	  emails     cf_emails_circuit_maintenances, emails_circuit_maintenances
//	  parser     cf_provider_parser_circuit_maintenances, provider_parser_circuit_maintenances
//	  tenant     tenant__name
//	  tags
//	sites
//	  name       site, site_name, location, location_name
//	  region     region__name, parent, parent__name
//	  tenant     tenant__name
//	  tags
//	circuits
//	  cid        circuit_id, circuit
//	  provider   provider__name, provider__slug, provider_slug
//	  type       type__name, type__slug, circuit_type, circuit_type__name
//	  status     status__name, status__slug
//	  site_a     side_a, a_side, termination_a, term_a_site,
//	             circuit_termination_a__site__name, circuit_termination_a__location__name
//	  site_z     likewise
//	  xconnect_a xconnect_id_a, term_a_xconnect_id, circuit_termination_a__xconnect_id
//	  xconnect_z likewise
//	  description
//	  tenant     tenant__name
//	  tags
//	aliases
//	  provider   provider__name, provider__slug, provider_slug
//	  alias
//	  cid        circuit_id, circuit, circuit__cid
//	redundancy
//	  group      group__name, redundancy_group, circuit_group
//	  min_up     minimum, min
//	  provider   provider__name, provider__slug, provider_slug, circuit__provider__name
//	  cid        circuit_id, circuit, circuit__cid
//	grants (of commands in chat; see docs/grants.md)
//	  command
//	  subcommand sub_command
//	  grant_type kind, type
//	  name, value, platform, class, expires, effect, order, text, unless,
//	  place, organizations, channels, users, comment, id
//
// Addresses are separated by blanks, commas or semicolons, tags by blanks.
// Blanks around a cell do not count, and lines with nothing in them are passed
// over. Everything else that is wrong is reported with its line, up to 20
// lines at once, and then no row is returned.
//
// A cell that a spreadsheet would take for a formula is written with ' in
// front, which reading takes away again, so that what was exported imports as
// it was.
package inventory
