output "bot_url" {
  description = "For the Slack manifest (/slack/events) and the messaging endpoint of the Azure bot (/api/messages). Null before the processes run, and in Socket Mode."
  value       = try("https://${azurerm_container_app.process["bot"].ingress[0].fqdn}", null)
}

output "key_vault" {
  description = "Where the secrets go."
  value       = azurerm_key_vault.main.name
}

output "secrets" {
  description = "Names of the secrets that have to be in the vault before start_processes is true."
  value       = sort(distinct([for reader in local.readers : reader.secret]))
}

output "jobs_principal_id" {
  description = "The identity of the jobs process, to be given further rights by hand."
  value       = azurerm_user_assigned_identity.process["jobs"].principal_id
}
