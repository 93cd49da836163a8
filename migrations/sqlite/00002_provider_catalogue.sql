-- +goose Up

-- The built-in catalogue: providers with the addresses and domains that they
-- are known to send from, named by their slug as the metric's label shows it.
-- People edit it; what is there already stays.

WITH known (id, slug, name) AS (
    VALUES
    ('5960f3b6-7dae-5931-98c9-7fb6342fe78b', 'apple', 'apple'),
    ('3b326f07-7123-57eb-b307-11acaabc2539', 'aquacomms', 'aquacomms'),
    ('7c437c96-12e6-589a-9dab-2cffd57b979f', 'arelion', 'arelion'),
    ('6adfeafd-f95a-5e9c-9126-233d1d6a1dd1', 'att', 'att'),
    ('7a4049b7-9796-5a5a-88f6-cefd369bda2c', 'aws', 'aws'),
    ('b97751e8-a819-54c6-92e4-013601546ec6', 'bso', 'bso'),
    ('da1d0e2e-9e48-5a72-be62-a8090a823212', 'cogent', 'cogent'),
    ('17ba9022-324a-56dc-8a05-5462ee8b011a', 'colt', 'colt'),
    ('fbf20b22-39b2-52f5-afda-6a2c985335c9', 'crowncastle', 'crowncastle'),
    ('d3083d90-d594-5742-8d78-15097df22cce', 'equinix', 'equinix'),
    ('59a26f00-40f4-50e4-9ce6-52fc70ba62a6', 'eunetworks', 'eunetworks'),
    ('1ec79ca2-b914-5091-bd14-4fa69036b5e2', 'globalcloudxchange', 'globalcloudxchange'),
    ('f2d43ed0-2a45-5e92-9194-5ac5aa48cfa8', 'google', 'google'),
    ('e36b84cd-c8d2-5d15-b216-86e61816ab0a', 'gtt', 'gtt'),
    ('357bfca4-4df0-5e7a-9537-b2840bfc544e', 'hgc', 'hgc'),
    ('2cc3fb64-ad95-5716-aecb-2a5216753e07', 'lumen', 'lumen'),
    ('807ed6a9-b4b9-5d1d-b9bc-5fd78e3e87be', 'megaport', 'megaport'),
    ('d4987ca3-0abd-5d6e-9d56-e8ed2b1c8cb2', 'momentum', 'momentum'),
    ('0b705b25-f097-50c9-bd67-a8516522b56f', 'netflix', 'netflix'),
    ('e15dae11-eb37-5e16-b007-a4c6a4487f19', 'ntt', 'ntt'),
    ('23a4c65e-a215-5a80-bff7-9e05c9b130d3', 'packetfabric', 'packetfabric'),
    ('793288fc-64a5-5ce7-bf9a-b8e3ef169d23', 'pccw', 'pccw'),
    ('7d83037c-b1c4-5b46-ae48-01ff06cd4440', 'seaborn', 'seaborn'),
    ('5c517d02-1fda-500b-9448-5a83eedc59e3', 'sparkle', 'sparkle'),
    ('6191780d-0118-5bb6-b714-4d72fe3c4338', 'tata', 'tata'),
    ('cc524461-7641-5033-a3e2-c5a2b0d68aee', 'telstra', 'telstra'),
    ('564c253f-4a16-5a64-8cf3-7f81a2525b2d', 'turkcell', 'turkcell'),
    ('39da4911-a10b-5712-bf2b-ee4faaae4356', 'verizon', 'verizon'),
    ('0d9e3462-f751-50af-9a72-270dff64a62b', 'windstream', 'windstream'),
    ('2c98b9db-f113-53e0-930b-8e2b94cdbd2b', 'zayo', 'zayo')
)
INSERT INTO providers (id, slug, name, name_key, parser, ids_per_account, hold_over, tenant, builtin, created_at, updated_at)
SELECT id, slug, name, lower(name), '', false, 0, '', true, CAST(unixepoch('subsec') * 1000000 AS INTEGER), CAST(unixepoch('subsec') * 1000000 AS INTEGER)
FROM known WHERE true
ON CONFLICT DO NOTHING;

-- inoc@superonline.net is Turkcell's own domain; Seaborn sent through it too,
-- and an address belongs to one provider only.
WITH known (slug, position, address) AS (
    VALUES
    ('apple', 0, 'peering-noc@group.apple.com'),
    ('apple', 1, 'group.apple.com'),
    ('aquacomms', 0, 'tickets@aquacomms.com'),
    ('aquacomms', 1, 'aquacomms.com'),
    ('arelion', 0, 'support@arelion.com'),
    ('arelion', 1, 'arelion.com'),
    ('arelion', 2, 'teliacarrier.com'),
    ('att', 0, 'g31654@att.com'),
    ('att', 1, 'att.com'),
    ('aws', 0, 'aws-account-notifications@amazon.com'),
    ('aws', 1, 'no-reply-aws@amazon.com'),
    ('bso', 0, 'network-servicedesk@bso.co'),
    ('bso', 1, 'bso.co'),
    ('cogent', 0, 'support@cogentco.com'),
    ('cogent', 1, 'cogent-noreply@cogentco.com'),
    ('cogent', 2, 'cogentco.com'),
    ('colt', 0, 'plannedworks@colt.net'),
    ('colt', 1, 'colt.net'),
    ('crowncastle', 0, 'fiberchangemgmt@crowncastle.com'),
    ('crowncastle', 1, 'crowncastle.com'),
    ('equinix', 0, 'no-reply@equinix.com'),
    ('equinix', 1, 'servicedesk@equinix.com'),
    ('equinix', 2, 'equinix.com'),
    ('eunetworks', 0, 'noc@eunetworks.com'),
    ('eunetworks', 1, 'maintenance@eunetworks.com'),
    ('eunetworks', 2, 'eunetworks.com'),
    ('globalcloudxchange', 0, 'gnoc@globalcloudxchange.com'),
    ('globalcloudxchange', 1, 'globalcloudxchange.com'),
    ('globalcloudxchange', 2, 'gcxworld.com'),
    ('google', 0, 'noc-noreply@google.com'),
    ('gtt', 0, 'infraco.cm@exainfra.net'),
    ('gtt', 1, 'exainfra.net'),
    ('gtt', 2, 'gtt.net'),
    ('hgc', 0, 'hgcinocpw@hgc.com.hk'),
    ('hgc', 1, 'hgc.com.hk'),
    ('lumen', 0, 'smc@lumen.com'),
    ('lumen', 1, 'lumen.com'),
    ('lumen', 2, 'centurylink.com'),
    ('megaport', 0, 'support@megaport.com'),
    ('megaport', 1, 'megaport.com'),
    ('momentum', 0, 'maintenance@momentumtelecom.com'),
    ('momentum', 1, 'momentumtelecom.com'),
    ('netflix', 0, 'cdnetops@netflix.com'),
    ('netflix', 1, 'cdnetops@saasmail.netflix.com'),
    ('ntt', 0, 'noc@us.ntt.net'),
    ('ntt', 1, 'us.ntt.net'),
    ('ntt', 2, 'ntt.net'),
    ('packetfabric', 0, 'support@packetfabric.com'),
    ('packetfabric', 1, 'packetfabric.com'),
    ('pccw', 0, 'gsoc-planned-event@pccwglobal.com'),
    ('pccw', 1, 'pccwglobal.com'),
    ('seaborn', 0, 'noc@seabornnetworks.com'),
    ('seaborn', 1, 'seabornnetworks.com'),
    ('sparkle', 0, 'tisamericanoc@tisparkle.com'),
    ('sparkle', 1, 'tisparkle.com'),
    ('tata', 0, 'planned.activity@tatacommunications.com'),
    ('tata', 1, 'do-not-reply@tatacommunications.com'),
    ('tata', 2, 'tatacommunications.com'),
    ('telstra', 0, 'gpen@team.telstra.com'),
    ('telstra', 1, 'team.telstra.com'),
    ('turkcell', 0, 'inoc@superonline.net'),
    ('turkcell', 1, 'superonline.net'),
    ('verizon', 0, 'no-reply-sched-maint@emea.verizonbusiness.com'),
    ('verizon', 1, 'emea.verizonbusiness.com'),
    ('verizon', 2, 'verizonbusiness.com'),
    ('windstream', 0, 'wci.maintenance.notifications@windstream.com'),
    ('windstream', 1, 'windstream.com'),
    ('zayo', 0, 'mr@zayo.com'),
    ('zayo', 1, 'zayo.com')
)
INSERT INTO provider_emails (address, provider_id, position)
SELECT known.address, providers.id, known.position
FROM known JOIN providers ON providers.slug = known.slug WHERE providers.builtin
ON CONFLICT DO NOTHING;

-- +goose Down

DELETE FROM providers
WHERE builtin
  AND NOT EXISTS (SELECT 1 FROM circuits WHERE circuits.provider_id = providers.id)
  AND NOT EXISTS (SELECT 1 FROM identities WHERE identities.provider_id = providers.id)
  AND NOT EXISTS (SELECT 1 FROM maintenances WHERE maintenances.provider_id = providers.id)
  AND NOT EXISTS (SELECT 1 FROM notices WHERE notices.provider_id = providers.id)
  AND NOT EXISTS (SELECT 1 FROM raw_notifications WHERE raw_notifications.provider_id = providers.id);
