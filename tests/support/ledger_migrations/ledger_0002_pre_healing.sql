-- Let the ledger compare its accounts with their log
-- depends: ledger_0001_pre_accounts

-- migrate: apply

select cairn.census('accounts');

-- migrate: rollback

drop policy census on accounts;
revoke select (organisation_id, id, version) on accounts from cairn_pipe;
