"""Resend: transactional e-mail."""
