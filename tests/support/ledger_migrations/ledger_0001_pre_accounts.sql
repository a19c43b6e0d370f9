-- Accounts, copies of accounts and owners, and what a reaction did
-- depends:

-- migrate: apply

create table accounts (
    organisation_id uuid not null, id uuid not null, version bigint not null, state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('accounts');

create table account_copies (like accounts including all);
select cairn.protect('account_copies'), cairn.census('account_copies');

create table owner_copies (like accounts including all);
select cairn.protect('owner_copies'), cairn.census('owner_copies');

create table effects (
    organisation_id uuid not null, event_id uuid not null, account_id uuid not null,
    version bigint not null
);
select cairn.protect('effects');

-- migrate: rollback

drop table effects, owner_copies, account_copies, accounts;
